using Microsoft.Extensions.Logging;

namespace L4Balancer.Discovery;

/// <summary>What all sources have in common.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
/// <param name="Tell">Called when what a source says is another; any thread, returns at once.</param>
internal sealed record Surroundings(TimeProvider Time, ILogger Logger, Action Tell) : IDisposable
{
    private const int MostLookUps = 16;

    /// <summary>Bounds the look-ups under way.</summary>
    public SemaphoreSlim LookUps { get; } = new(MostLookUps);

    /// <summary>Look-ups of names so far.</summary>
    public LookUpCounts Counts { get; } = new();

    /// <summary>Files that were read so far.</summary>
    public LookUpCounts Files { get; } = new();

    /// <inheritdoc/>
    public void Dispose() => LookUps.Dispose();
}
