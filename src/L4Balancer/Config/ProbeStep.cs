namespace L4Balancer.Config;

/// <summary>A step of a <see cref="ProbeType.SendExpect"/> probe: what it sends, then what it waits for.</summary>
public sealed record ProbeStep
{
    /// <summary>Sent first. Default empty: nothing, and the answer so far goes on.</summary>
    public ReadOnlyMemory<byte> Send { get; init; }

    /// <summary>What the answer must contain. Default empty: nothing is waited for.</summary>
    public AnswerPattern Expect { get; init; } = AnswerPattern.Empty;

    /// <summary>Bytes that the answer must have. Default 0; at most 16,384.</summary>
    public int MinBytes { get; init; }

    /// <summary>It waits for an answer.</summary>
    internal bool Waits => MinBytes > 0 || !Expect.IsEmpty;
}
