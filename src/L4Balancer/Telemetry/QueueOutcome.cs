namespace L4Balancer.Telemetry;

/// <summary>How it ended for a flow that found every backend full.</summary>
internal enum QueueOutcome
{
    /// <summary>A place became free, and was its own.</summary>
    Served,

    /// <summary>It had waited for <c>queue.timeout</c>.</summary>
    Timeout,

    /// <summary>As many as may wait did so already, or none may: it was turned away at once.</summary>
    Full,

    /// <summary>Its client went away.</summary>
    ClientGone,

    /// <summary>Nobody could serve it any more: the last backend it could have had went out.</summary>
    NoBackend,

    /// <summary>It was ended from outside: by an operator, or with the process or its service.</summary>
    Ended,
}

/// <summary>The words of the outcomes, as in the metrics.</summary>
internal static class QueueOutcomes
{
    private static readonly string[] Words = ["served", "timeout", "full", "client_gone", "no_backend", "ended"];

    public static int Count => Words.Length;

    public static string Text(QueueOutcome outcome) => Words[(int)outcome];
}
