using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Configuration;

namespace L4Balancer.Daemon.Commands.Display;

/// <summary>The sentences about the daemon as a whole.</summary>
internal static class StatusLines
{
    /// <summary>Which program, in which phase, since when.</summary>
    public static Cell[] Identity(StatusJson status)
    {
        // The commit is for bug reports: 'l4balancer version'.
        string version = status.Version.Split('+')[0];
        Tone tone = status.Phase == "serving" && status.Ready ? Tone.Good : Tone.Warning;
        List<Cell> line =
        [
            new Cell($"{CommandLine.ProgramName} {version}", Tone.Title), ", ", new Cell(status.Phase, tone),
            $", up {Quantities.Duration(status.UptimeSeconds)}, pid {status.Pid}",
        ];
        if (status.NotReadyBecause is { } reason) line.Add(new Cell($", not ready: {reason}", Tone.Warning));
        return [.. line];
    }

    /// <summary>What is used of what there is.</summary>
    public static string Use(StatusJson status) =>
        $"connections {status.Connections.Open} of {status.Connections.Limit}, "
        + $"descriptors {status.Descriptors.Open} of {status.Descriptors.Limit}, "
        + Listing.Count(status.Shards, "shard");

    /// <summary>Which file is in force since when.</summary>
    public static string Config(LoadedConfigJson config, DateTimeOffset now)
    {
        string text = config.File is null ? "no configuration file" : $"configuration {config.File}";
        text += $", in force for {Quantities.Duration(now - Told.Time(config.Loaded))}";
        (long succeeded, long failed) = (config.Reloads.Succeeded, config.Reloads.Failed);
        if (succeeded + failed > 0) text += $", {Listing.Count((int)(succeeded + failed), "reload")}";
        return failed > 0 ? $"{text} of which {failed} failed" : text;
    }

    /// <summary>What is not as usual with a pool, a sentence each.</summary>
    public static IEnumerable<string> Pool(PoolJson pool)
    {
        string name = $"pool {pool.Name}";
        if (pool.Panic is not null) yield return $"{name} uses backends whatever probes say ({Reason(pool.Panic)})";
        if (pool.OnBackups) yield return $"{name} is on its backups";
        else if (pool.Priority > 0) yield return $"{name} is on priority {pool.Priority}";
        if (pool.Spilled > 0) yield return $"{name} sends {Quantities.Percent(pool.Spilled)} to other zones";
    }

    private static string Reason(string panic) => panic == "too_few" ? "too few are available" : "none is available";

    /// <summary>How the last reload ended; null before the first.</summary>
    public static string? LastReload(LoadedConfigJson config, DateTimeOffset now)
    {
        if (config.LastReload is not { } last) return null;

        string when = $"last reload {Quantities.Duration(now - Told.Time(last.At))} ago";
        return last.Ok ? $"{when}: ok" : $"{when} FAILED and changed nothing: {last.Error}";
    }
}
