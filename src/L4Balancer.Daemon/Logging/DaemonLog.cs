using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Logging;

/// <summary>What the process says about itself. The data path has its own messages.</summary>
internal static partial class DaemonLog
{
    [LoggerMessage(1, LogLevel.Information, "l4balancer {Version} starts with {Services} and {Backends}")]
    public static partial void Starting(this ILogger logger, string version, string services, string backends);

    [LoggerMessage(2, LogLevel.Information,
        "limits: {Shards}, {Sessions}, {Descriptors} descriptors")]
    public static partial void LimitsApply(this ILogger logger, string shards, string sessions, int descriptors);

    [LoggerMessage(3, LogLevel.Warning,
        "backlog {Backlog} of service {Service} is cut to {Cap} by the kernel's net.core.somaxconn")]
    public static partial void BacklogCut(this ILogger logger, int backlog, string service, int cap);

    [LoggerMessage(4, LogLevel.Information, "ready")]
    public static partial void Ready(this ILogger logger);

    [LoggerMessage(5, LogLevel.Information, "{Signal}: ending; a second signal ends open connections at once")]
    public static partial void Ending(this ILogger logger, string signal);

    [LoggerMessage(6, LogLevel.Information, "ended; {CutOff} cut off")]
    public static partial void Ended(this ILogger logger, string cutOff);

    [LoggerMessage(7, LogLevel.Warning, "{Signal} again: ending at once")]
    public static partial void EndingNow(this ILogger logger, string signal);

    [LoggerMessage(9, LogLevel.Error,
        "not every shard answered within {Interval}; systemd is not told that all is well")]
    public static partial void ShardsSilent(this ILogger logger, TimeSpan interval);

    [LoggerMessage(10, LogLevel.Warning, "systemd could not be told that {What}; is NOTIFY_SOCKET right?")]
    public static partial void NotNotified(this ILogger logger, string what);

    [LoggerMessage(11, LogLevel.Information, "admin side on {Address}")]
    public static partial void AdminListens(this ILogger logger, string address);

    [LoggerMessage(12, LogLevel.Error, "some metrics could not be read")]
    public static partial void MetricsFailed(this ILogger logger, Exception exception);

    [LoggerMessage(13, LogLevel.Warning,
        "{Count} flow records dropped, {Total} since the start: standard output does not follow. "
        + "log.flows = \"1/100\" writes fewer")]
    public static partial void FlowRecordsDropped(this ILogger logger, long count, long total);

    [LoggerMessage(14, LogLevel.Error, "flow records are no longer written: {Reason}")]
    public static partial void FlowOutputFailed(this ILogger logger, string reason);

    [LoggerMessage(15, LogLevel.Warning,
        "standard output took no flow records for {Time}; ending without the last ones")]
    public static partial void FlowOutputStuck(this ILogger logger, TimeSpan time);

    [LoggerMessage(16, LogLevel.Warning,
        "max_connections {Configured} is cut to {Most}, what {Descriptors} descriptors allow; raise LimitNOFILE=")]
    public static partial void ConnectionsCut(this ILogger logger, int configured, int most, int descriptors);

    [LoggerMessage(30, LogLevel.Information, "reloaded {File}: {Changes}")]
    public static partial void Reloaded(this ILogger logger, string file, string changes);

    [LoggerMessage(31, LogLevel.Information, "reload: {Change}")]
    public static partial void ReloadChange(this ILogger logger, string change);

    [LoggerMessage(32, LogLevel.Warning, "reload: {Warning}")]
    public static partial void ReloadWarning(this ILogger logger, string warning);

    [LoggerMessage(33, LogLevel.Error, "reload of {File} failed, nothing has changed: {Error}")]
    public static partial void ReloadFailed(this ILogger logger, string file, string error);

    [LoggerMessage(34, LogLevel.Error, "{Place}: {Problem}")]
    public static partial void ReloadProblem(this ILogger logger, string place, string problem);

    [LoggerMessage(35, LogLevel.Error, "reload failed by a fault of the daemon")]
    public static partial void ReloadBroke(this ILogger logger, Exception exception);

    [LoggerMessage(36, LogLevel.Warning, "reload refused: {Reason}")]
    public static partial void ReloadRefused(this ILogger logger, string reason);

    [LoggerMessage(40, LogLevel.Warning,
        "drain: not ready any more, new connections are still taken for {Seconds} s")]
    public static partial void DrainNotice(this ILogger logger, double seconds);

    [LoggerMessage(41, LogLevel.Warning, "drain: no new connections are taken; {Connections} left")]
    public static partial void DrainBegun(this ILogger logger, string connections);

    [LoggerMessage(42, LogLevel.Information, "drained: no connection is left; waiting to be stopped")]
    public static partial void Drained(this ILogger logger);

    [LoggerMessage(43, LogLevel.Warning, "{Connections} ended by the admin side: {Filter}")]
    public static partial void ConnectionsKilled(this ILogger logger, string connections, string filter);

    [LoggerMessage(44, LogLevel.Error, "admin side: {Method} {Path} failed")]
    public static partial void AdminFailed(this ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(45, LogLevel.Warning,
        "no admin socket: {Path} {Reason}; commands like 'l4balancer status' have no daemon to ask. "
        + "admin.socket names another path, \"\" none")]
    public static partial void ControlSocketMissing(this ILogger logger, string path, string reason);

    [LoggerMessage(60, LogLevel.Information, "a successor asks for the listening sockets")]
    public static partial void TakeoverBegins(this ILogger logger);

    [LoggerMessage(61, LogLevel.Warning, "the takeover has failed and this process goes on: {Reason}")]
    public static partial void TakeoverGivenUp(this ILogger logger, string reason);

    [LoggerMessage(62, LogLevel.Information, "the successor serves now; this process only ends what it has accepted")]
    public static partial void TakeoverDone(this ILogger logger);

    [LoggerMessage(63, LogLevel.Information, "took over the listening sockets of {Predecessor}, which takes no more")]
    public static partial void TookOver(this ILogger logger, string predecessor);

    [LoggerMessage(64, LogLevel.Warning,
        "{Predecessor} has gone during the takeover; this process has its listening sockets and goes on alone")]
    public static partial void PredecessorGone(this ILogger logger, string predecessor);

    [LoggerMessage(65, LogLevel.Warning,
        "--takeover: no daemon answers at {Path}, so there is nothing to take over; this is an ordinary start")]
    public static partial void NobodyToTakeOver(this ILogger logger, string path);

    [LoggerMessage(66, LogLevel.Warning,
        "systemd keeps {Room} descriptors at most, and the sockets {Name} do not fit; raise FileDescriptorStoreMax= "
        + "and FDSTORE in the unit, or clients are refused during a restart")]
    public static partial void StoreFull(this ILogger logger, int room, string name);

    [LoggerMessage(67, LogLevel.Error, "the admin side of this process cannot be opened: {Reason}")]
    public static partial void AdminNotPublished(this ILogger logger, string reason);
}
