using System.Net;
using L4Balancer.Config;
using L4Balancer.Health;

namespace L4Balancer.Tests.Health;

/// <summary>What probes of tests ask.</summary>
internal static class ProbeTargets
{
    /// <summary>A connect alone.</summary>
    public static ProbeTarget Tcp(IPEndPoint endpoint, TimeSpan timeout) =>
        Of(endpoint, new HealthConfig { Type = ProbeType.Tcp }, timeout);

    /// <summary>Whatever a check asks.</summary>
    public static ProbeTarget Of(IPEndPoint endpoint, HealthConfig check, TimeSpan timeout) =>
        new(endpoint, endpoint.Address.ToString(), endpoint.ToString(), check, timeout);

    /// <summary>Makes one probe of a target, without any regard to others.</summary>
    public static async Task<ProbeResult> RunAsync(
        this ProbeRunner runner, ProbeTarget target, CancellationToken cancellationToken)
    {
        ProbeRequest request = new(target, TimeSpan.Zero, long.MaxValue, IsAwaited: false);
        return (await runner.RunAsync(request, cancellationToken)).Result;
    }
}
