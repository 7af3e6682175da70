using L4Balancer.Daemon.Configuration;

namespace L4Balancer.Daemon.Hosting;

/// <summary>What a reload came to.</summary>
/// <param name="At">When.</param>
/// <param name="Error">Why nothing has changed; null where it has.</param>
/// <param name="Changes">What has changed, a line each.</param>
/// <param name="Warnings">What only changes at the next start, a line each.</param>
/// <param name="Problems">What is wrong with the file.</param>
internal sealed record ReloadResult(
    DateTimeOffset At, string? Error, IReadOnlyList<string> Changes, IReadOnlyList<string> Warnings,
    IReadOnlyList<ConfigProblem> Problems)
{
    /// <summary>The process may not reload now, or has no file; the file was not even read.</summary>
    public bool IsRefused { get; init; }

    /// <summary>It is in force.</summary>
    public bool IsOk => Error is null;
}

/// <summary>Which file is in force, since when, and what reloads came to. One writer; read by any thread.</summary>
internal sealed class ConfigInForce
{
    private readonly TimeProvider _time;
    private long _succeeded;
    private long _failed;
    private volatile ReloadResult? _last;
    private volatile ReloadResult _good;

    /// <summary>The process has just started with it.</summary>
    /// <param name="path">Its file; null where there is none.</param>
    /// <param name="time">The clock.</param>
    public ConfigInForce(string? path, TimeProvider time)
    {
        _time = time;
        Path = path is null ? null : System.IO.Path.GetFullPath(path);
        _good = new ReloadResult(time.GetUtcNow(), null, [], [], []);
    }

    /// <summary>The file; null where the process runs without one.</summary>
    public string? Path { get; }

    /// <summary>When the configuration in force was read.</summary>
    public DateTimeOffset LoadedAt => _good.At;

    /// <summary>Reloads since the start.</summary>
    public long Succeeded => Volatile.Read(ref _succeeded);

    /// <summary>Reloads since the start that have changed nothing, because they could not.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>The last reload; null where there was none.</summary>
    public ReloadResult? Last => _last;

    /// <summary>A reload has taken effect.</summary>
    public ReloadResult Succeed(
        IReadOnlyList<string> changes, IReadOnlyList<string> warnings, IReadOnlyList<ConfigProblem> problems)
    {
        _good = _last = new ReloadResult(_time.GetUtcNow(), null, changes, warnings, problems);
        Interlocked.Increment(ref _succeeded);
        return _good;
    }

    /// <summary>A reload has failed; nothing has changed.</summary>
    public ReloadResult Fail(string error, IReadOnlyList<ConfigProblem> problems)
    {
        ReloadResult failed = new(_time.GetUtcNow(), error, [], [], problems);
        _last = failed;
        Interlocked.Increment(ref _failed);
        return failed;
    }

    /// <summary>A reload may not be; it is none of those that are counted.</summary>
    public ReloadResult Refuse(string error) => new(_time.GetUtcNow(), error, [], [], []) { IsRefused = true };
}
