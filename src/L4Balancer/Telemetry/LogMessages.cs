using Microsoft.Extensions.Logging;

namespace L4Balancer.Telemetry;

/// <summary>Every message that the library logs.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Information, "service {Service} listens on {Address}")]
    public static partial void Listening(this ILogger logger, string service, string address);

    [LoggerMessage(2, LogLevel.Information, "pool {Pool} serves with {Available} of {Backends} backends")]
    public static partial void PoolServes(this ILogger logger, string pool, int available, int backends);

    [LoggerMessage(3, LogLevel.Error,
        "pool {Pool} has no available backend; new flows are turned away until one is back")]
    public static partial void PoolEmpty(this ILogger logger, string pool);

    [LoggerMessage(4, LogLevel.Information, "backend {Pool}/{Backend} is up: {Result}; {Left} of {Backends} available")]
    public static partial void BackendUp(
        this ILogger logger, string pool, string backend, string result, int left, int backends);

    [LoggerMessage(5, LogLevel.Warning, "backend {Pool}/{Backend} is down: {Result}; {Left} of {Backends} available")]
    public static partial void BackendDown(
        this ILogger logger, string pool, string backend, string result, int left, int backends);

    [LoggerMessage(6, LogLevel.Warning,
        "backend {Pool}/{Backend} is ejected for {Seconds} s after {Failures} failures in a row")]
    public static partial void BackendEjected(
        this ILogger logger, string pool, string backend, double seconds, int failures);

    [LoggerMessage(7, LogLevel.Information, "backend {Pool}/{Backend} is reinstated")]
    public static partial void BackendReinstated(this ILogger logger, string pool, string backend);

    [LoggerMessage(8, LogLevel.Warning, "name {Name} does not resolve ({Error}); {Kept}")]
    public static partial void NameUnresolved(this ILogger logger, string name, string error, string kept);

    [LoggerMessage(9, LogLevel.Information, "addresses of {Name}: {Servers} now; {Changes}")]
    public static partial void NameChanged(this ILogger logger, string name, int servers, string changes);

    [LoggerMessage(10, LogLevel.Warning,
        "service {Service} pauses accepting: {Limit} connections are open, the limit; clients wait in the queue")]
    public static partial void ListenerAtLimit(this ILogger logger, string service, int limit);

    [LoggerMessage(11, LogLevel.Warning, "service {Service} pauses accepting: accept4: {Error}")]
    public static partial void ListenerExhausted(this ILogger logger, string service, string error);

    [LoggerMessage(12, LogLevel.Information,
        "draining: open flows: {Connections}, for at most {Seconds} s; "
        + "those of UDP end after a tenth of timeouts.idle in silence")]
    public static partial void Draining(this ILogger logger, int connections, double seconds);

    [LoggerMessage(13, LogLevel.Warning, "flows that had not ended and are closed now: {Connections}")]
    public static partial void DrainCutOff(this ILogger logger, int connections);

    [LoggerMessage(14, LogLevel.Error, "backend {Pool}/{Backend} could not be judged; it is tried again")]
    public static partial void JudgingFailed(this ILogger logger, Exception exception, string pool, string backend);

    [LoggerMessage(15, LogLevel.Warning,
        "service {Service} drops new UDP flows: {Limit} sessions are open, the limit, "
        + "and none was silent for a tenth of timeouts.idle")]
    public static partial void SessionsAtLimit(this ILogger logger, string service, int limit);

    [LoggerMessage(16, LogLevel.Warning, "service {Service} drops new UDP flows: {Error}")]
    public static partial void SessionsExhausted(this ILogger logger, string service, string error);

    [LoggerMessage(17, LogLevel.Information,
        "backend {Pool}/{Backend} is {State}; {Left} of {Backends} available")]
    public static partial void BackendAdmin(
        this ILogger logger, string pool, string backend, string state, int left, int backends);

    [LoggerMessage(18, LogLevel.Information, "backend {Pool}/{Backend} has weight {Weight}, configured {Configured}")]
    public static partial void BackendWeight(
        this ILogger logger, string pool, string backend, int weight, int configured);

    [LoggerMessage(60, LogLevel.Warning,
        "pool {Pool} panics: fewer backends are available than panic.threshold says, and {Used} of {Backends} are used "
        + "whatever probes say")]
    public static partial void PoolPanics(this ILogger logger, string pool, int used, int backends);

    [LoggerMessage(61, LogLevel.Warning,
        "pool {Pool} has no available backend and opens: {Used} of {Backends} are used whatever probes say")]
    public static partial void PoolOpens(this ILogger logger, string pool, int used, int backends);

    [LoggerMessage(62, LogLevel.Information, "pool {Pool} goes by its probes again")]
    public static partial void PoolCalm(this ILogger logger, string pool);

    [LoggerMessage(63, LogLevel.Warning, "pool {Pool} fails over: new flows go to {Tier}")]
    public static partial void PoolFailsOver(this ILogger logger, string pool, string tier);

    [LoggerMessage(64, LogLevel.Information, "pool {Pool} is back: new flows go to {Tier}")]
    public static partial void PoolFailsBack(this ILogger logger, string pool, string tier);

    [LoggerMessage(65, LogLevel.Warning,
        "pool {Pool} has too little left in its own zone: {Percent} % of new flows go to other zones")]
    public static partial void PoolSpills(this ILogger logger, string pool, double percent);

    [LoggerMessage(66, LogLevel.Information,
        "pool {Pool} no longer sends flows to other zones for want of its own")]
    public static partial void PoolSpillsNoMore(this ILogger logger, string pool);

    [LoggerMessage(67, LogLevel.Warning, "zone {Zone} is away: new flows go elsewhere, those it has go on")]
    public static partial void ZoneAway(this ILogger logger, string zone);

    [LoggerMessage(68, LogLevel.Information, "zone {Zone} is back")]
    public static partial void ZoneBack(this ILogger logger, string zone);

    [LoggerMessage(30, LogLevel.Warning,
        "this process was given a listening socket for {Address} ({Name}) and no service listens there; it is closed")]
    public static partial void UnwantedListener(this ILogger logger, string address, string name);

    [LoggerMessage(31, LogLevel.Warning,
        "this process was given something that is no listening socket of TCP or UDP ({Name}); it is closed")]
    public static partial void UnwantedDescriptor(this ILogger logger, string name);

    [LoggerMessage(32, LogLevel.Warning,
        "{Address} has {Sockets} sockets for {Shards} shards: those that this process was given are another user's, or "
        + "still in use where they come from, so that no further ones can join them")]
    public static partial void FewerSockets(this ILogger logger, string address, int sockets, int shards);

    [LoggerMessage(33, LogLevel.Error, "what drains could not be looked at; it is tried again")]
    public static partial void DrainingFailed(this ILogger logger, Exception exception);

    [LoggerMessage(34, LogLevel.Information,
        "backend {Pool}/{Backend}: its agent says {Text}; {Left} of {Backends} available")]
    public static partial void BackendAgent(
        this ILogger logger, string pool, string backend, string text, int left, int backends);

    [LoggerMessage(35, LogLevel.Warning,
        "backend {Pool}/{Backend}: its agent says {Word}, which means nothing here; it is passed over and not told "
        + "again")]
    public static partial void AgentWordUnknown(this ILogger logger, string pool, string backend, string word);

    [LoggerMessage(36, LogLevel.Warning,
        "backend {Pool}/{Backend} is ejected for {Seconds} s: {Failed} of {Flows} flows failed within {Window} s")]
    public static partial void BackendEjectedByShare(
        this ILogger logger, string pool, string backend, double seconds, long failed, long flows, double window);

    [LoggerMessage(37, LogLevel.Warning,
        "backend {Pool}/{Backend}: its agent cannot be asked: {Failure}; what it said last stands")]
    public static partial void AgentFails(this ILogger logger, string pool, string backend, string failure);

    [LoggerMessage(38, LogLevel.Information, "backend {Pool}/{Backend}: its agent answers again")]
    public static partial void AgentAnswersAgain(this ILogger logger, string pool, string backend);

    [LoggerMessage(40, LogLevel.Information, "name {Name} resolves again; addresses as before: {Servers}")]
    public static partial void NameResolvesAgain(this ILogger logger, string name, int servers);

    [LoggerMessage(41, LogLevel.Warning, "name {Name} has more addresses than the {Most} that are used")]
    public static partial void NameCut(this ILogger logger, string name, int most);

    [LoggerMessage(42, LogLevel.Information, "backends file {Path} is in use; backends: {Backends}")]
    public static partial void BackendsFileRead(this ILogger logger, string path, int backends);

    [LoggerMessage(43, LogLevel.Warning,
        "backends file: {Problem}; until it can be used, its backends stay as before: {Backends}")]
    public static partial void BackendsFileBad(this ILogger logger, string problem, int backends);

    [LoggerMessage(44, LogLevel.Information,
        "pool {Pool}: names and files stand for other backends now; added: {Added}, removed: {Removed}")]
    public static partial void BackendsDiscovered(this ILogger logger, string pool, int added, int removed);

    [LoggerMessage(45, LogLevel.Error, "name {Name} could not be looked up; it is tried again")]
    public static partial void LookUpBroke(this ILogger logger, Exception exception, string name);

    [LoggerMessage(46, LogLevel.Error, "what was discovered could not be taken over; it is tried again")]
    public static partial void DiscoveryFailed(this ILogger logger, Exception exception);
}
