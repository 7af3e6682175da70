using L4Balancer.Backends;

namespace L4Balancer.Tests;

/// <summary>Short words for what tests do with backends.</summary>
internal static class BackendTesting
{
    /// <summary>A session begins, where there is room for it.</summary>
    public static void BeginSession(this Backend backend) => _ = backend.TryBeginSession();
}
