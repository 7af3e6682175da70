namespace L4Balancer.Telemetry;

/// <summary>Why a listener leaves connections in the kernel's queue for a while.</summary>
internal enum ListenerPause
{
    /// <summary>max_connections, the process's or the service's, is reached.</summary>
    Limit,

    /// <summary>Out of descriptors or memory.</summary>
    Resource,
}

/// <summary>The words of the causes, as in the metrics.</summary>
internal static class ListenerPauses
{
    private static readonly string[] Words = ["limit", "resource"];

    public static int Count => Words.Length;

    public static string Text(ListenerPause cause) => Words[(int)cause];
}
