namespace L4Balancer.Backends;

/// <summary>
/// All that the agent on a server has said of it and not taken back. Beside what an operator wants of the backend: a
/// backend takes flows only where both let it. Immutable.
/// </summary>
internal sealed record AgentReport
{
    /// <summary>The percent of a backend that has all of its weight.</summary>
    public const int WholeWeight = 100;

    /// <summary>There is no agent, or it has said nothing.</summary>
    public static AgentReport None { get; } = new();

    /// <summary>Whether it wants flows: none new, none at all.</summary>
    public AdminState Admin { get; init; }

    /// <summary>It calls its server down, until it calls it up.</summary>
    public bool IsDown { get; init; }

    /// <summary>Why it is down, for people; empty where it did not say.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Percent of the weight that it wants, 0 to 100.</summary>
    public int Percent { get; init; } = WholeWeight;

    /// <summary>The weight that it wants in place of the configured one, 0 to 256; null where it did not say.</summary>
    public int? Weight { get; init; }

    /// <summary>Most sessions that it wants at once; 0 where that is for the configuration to say.</summary>
    public int MaxSessions { get; init; }

    /// <summary>Its last words, as they came; empty where there were none.</summary>
    public string Text { get; init; } = "";

    /// <summary>When they came.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Why it could not be asked the last time; empty where it could.</summary>
    public string Failure { get; init; } = "";

    /// <summary>The effect is the same, whenever and however it was said.</summary>
    public bool MeansTheSame(AgentReport other) => this == other with { Text = Text, At = At, Failure = Failure };
}
