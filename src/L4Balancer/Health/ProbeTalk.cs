namespace L4Balancer.Health;

/// <summary>A probe's connection while it talks. One user at a time.</summary>
/// <param name="stream">The connection.</param>
/// <param name="deadline">The probe's time.</param>
internal sealed class ProbeTalk(Stream stream, ProbeDeadline deadline)
{
    /// <summary>The connection; TLS takes its place when it is open.</summary>
    public Stream Stream { get; set; } = stream;

    /// <summary>The probe's time.</summary>
    public ProbeDeadline Deadline => deadline;

    /// <summary>Cancelled when the time is over.</summary>
    public CancellationToken Token => deadline.Token;

    /// <summary>What the probe has taken so far.</summary>
    public ProbeClock Clock => deadline.Clock;

    /// <summary>What has not come where the time is over: "no answer".</summary>
    public string Awaited { get; set; } = "connected, but no answer";
}
