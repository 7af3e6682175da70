using L4Balancer.Bench.Peers.Balancers;

namespace L4Balancer.Bench.Peers.Report;

/// <summary>What L4Balancer is held against.</summary>
internal enum Against
{
    /// <summary>Each peer and variant, so the best of them.</summary>
    BestPeer,

    /// <summary>Each variant of HAProxy.</summary>
    Haproxy,

    /// <summary>Nothing: the figure itself.</summary>
    Itself,

    /// <summary>Its own figures of another metric.</summary>
    Baseline,

    /// <summary>The best peer's median and a slack added.</summary>
    PeerAndSlack,
}

/// <summary>What has to be reached.</summary>
/// <param name="Metric">By its name.</param>
/// <param name="Against">What the median is held against.</param>
/// <param name="Limit">The most of it, a ratio or a figure; the least where more is better.</param>
/// <param name="Stretch">What would be better still.</param>
/// <param name="Baseline">The metric of <see cref="Against.Baseline"/>.</param>
internal sealed record Bar(string Metric, Against Against, double Limit, double Stretch, string Baseline = "")
{
    /// <summary>Whom it is held against.</summary>
    public IReadOnlyList<string> Peers => Against == Against.Haproxy ? Roster.HaproxyVariants : Roster.Peers;
}

/// <summary>All bars of the project.</summary>
internal static class Bars
{
    // All that is under way fits into the buffers, so nothing need be lost. But what a busy machine holds up for longer
    // than the load waits, at the end of the time, looks lost: 20 in a million are about 5 datagrams of a turn.
    private const double LostPerMillion = 20;

    // p99.9 leaves out a thousandth of a minute, 60 ms. All pauses together may be a tenth of that.
    private const double PauseMilliseconds = 6;

    /// <summary>By metric.</summary>
    public static readonly IReadOnlyDictionary<string, Bar> All = new Bar[]
    {
        new("round-trips-100", Against.Haproxy, 1.00, 0.95),
        new("round-trips-100-user", Against.Haproxy, 0.60, 0.40),
        new("connects", Against.BestPeer, 1.00, 0.90),
        new("bulk-to-server", Against.BestPeer, 0.45, 0.35),
        new("bulk-to-client", Against.BestPeer, 0.45, 0.35),
        new("bulk-both", Against.BestPeer, 0.45, 0.35),
        new("bulk-rate", Against.BestPeer, 1.4, 1.7),
        new("latency-1-p50-added", Against.Haproxy, 1.0, 0.9),
        new("latency-1-p99-added", Against.Haproxy, 1.0, 0.9),
        new("latency-100-p50-added", Against.Haproxy, 1.0, 0.9),
        new("latency-100-p99-added", Against.Haproxy, 1.0, 0.9),
        new("steady-pauses", Against.Itself, PauseMilliseconds, 0),
        new("udp-1-200", Against.BestPeer, 0.85, 0.75),
        new("udp-1-1200", Against.BestPeer, 0.85, 0.75),
        new("udp-8-200", Against.BestPeer, 0.72, 0.60),
        new("udp-8-1200", Against.BestPeer, 0.72, 0.60),
        new("udp-train", Against.BestPeer, 0.45, 0.25),
        new("udp-1-200-loss", Against.PeerAndSlack, LostPerMillion, 0),
        new("udp-1-1200-loss", Against.PeerAndSlack, LostPerMillion, 0),
        new("udp-8-200-loss", Against.PeerAndSlack, LostPerMillion, 0),
        new("udp-8-1200-loss", Against.PeerAndSlack, LostPerMillion, 0),
        new("udp-train-loss", Against.PeerAndSlack, LostPerMillion, 0),
        new("idle-4000", Against.Itself, 1.0, 0.5),
        new("idle-9000", Against.Itself, 1.0, 0.5),
        new("beside-9000", Against.Baseline, 1.10, 1.03, "beside-0"),
        new("at-start", Against.Itself, 64, 48),
        new("ready", Against.Itself, 500, 250),
        new("pick", Against.Itself, 100, 40),
        new("pick-bytes", Against.Itself, 0, 0),
    }.ToDictionary(static bar => bar.Metric);
}
