namespace L4Balancer.Backends;

/// <summary>How a connect to a backend failed.</summary>
internal enum ConnectError
{
    /// <summary>ECONNREFUSED.</summary>
    Refused,

    /// <summary>No route, network down, or the kernel gave up.</summary>
    Unreachable,

    /// <summary>No answer within <c>timeouts.connect</c>.</summary>
    Timeout,

    /// <summary>Reset before it was established.</summary>
    Reset,

    /// <summary>This side was out of descriptors, ports or memory: no fault of the backend.</summary>
    Resource,
}

/// <summary>The words of the errors, as in the metrics.</summary>
internal static class ConnectErrors
{
    private static readonly string[] Words = ["refused", "unreachable", "timeout", "reset", "resource"];

    public static int Count => Words.Length;

    public static string Text(ConnectError error) => Words[(int)error];
}
