namespace L4Balancer.Bench.Load;

/// <summary>How long a load runs, and whose CPU time it reads.</summary>
/// <param name="WarmUp">Before it counts.</param>
/// <param name="Counted">While it counts.</param>
/// <param name="WatchedProcess">The process whose CPU time is read over the counted time, or 0.</param>
internal readonly record struct LoadTimes(TimeSpan WarmUp, TimeSpan Counted, int WatchedProcess)
{
    /// <summary>The options of them in a usage line.</summary>
    public const string Usage = "--seconds S [--warm-up S] [--watch PID]";

    /// <summary>Takes <c>--seconds</c>, <c>--warm-up</c> (default 1 s) and <c>--watch</c>.</summary>
    public static LoadTimes Take(LoadArguments arguments) => new(
        arguments.TakeSeconds("--warm-up", TimeSpan.FromSeconds(1)),
        arguments.TakeSeconds("--seconds"),
        arguments.Take("--watch", 1, int.MaxValue, absent: 0));

    /// <summary>CPU time of the watched process so far; 0 without one.</summary>
    /// <exception cref="IOException">There is no such process.</exception>
    public ProcessTime ReadWatched() => WatchedProcess > 0 ? ProcessTime.Read(WatchedProcess) : default;
}
