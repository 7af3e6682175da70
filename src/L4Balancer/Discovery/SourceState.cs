namespace L4Balancer.Discovery;

/// <summary>How the look-ups of a source go.</summary>
/// <param name="LastSuccess">When one last succeeded; null where none has.</param>
/// <param name="Error">Why the last one failed; null where it did not.</param>
internal sealed record SourceState(DateTimeOffset? LastSuccess, string? Error)
{
    /// <summary>Before the first.</summary>
    public static SourceState None { get; } = new(null, null);
}
