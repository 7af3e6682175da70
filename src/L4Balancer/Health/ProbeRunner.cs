using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>Runs the probes of the whole process. Any thread.</summary>
internal sealed class ProbeRunner(TimeProvider time)
{
    /// <summary>Probes a target. What the network does is a result and never an exception.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<ProbeResult> RunAsync(ProbeTarget target, CancellationToken cancellationToken) =>
        target.Check.Type switch
        {
            ProbeType.Tcp => TcpProbe.RunAsync(target, time, cancellationToken),
            ProbeType.Udp => UdpProbe.RunAsync(
                target.Endpoint, target.Check, target.Timeout, time, cancellationToken),
            _ => throw new InvalidOperationException($"{target.Check.Type} is no probe"),
        };
}
