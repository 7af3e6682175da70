using L4Balancer.Config;

namespace L4Balancer.Daemon.Configuration;

/// <summary>The keys of a pool's <c>[….health]</c> table; see <see cref="KnownKeys"/>.</summary>
internal static class HealthKeys
{
    private const int MostProbes = 1000;
    private const int MostProbeBytes = 1400; // One datagram on any network.

    private static readonly TimeSpan MoreThanZero = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Reads them.</summary>
    public static HealthConfig Read(TableReader table, HealthConfig fallback)
    {
        HealthConfig health = new()
        {
            Type = table.Word("type", fallback.Type, ConfigWords.ProbeTypes),
            Interval = table.Duration("interval", fallback.Interval, ShortestInterval),
            Timeout = table.Duration("timeout", fallback.Timeout, MoreThanZero),
            Rise = table.Integer("rise", fallback.Rise, 1, MostProbes),
            Fall = table.Integer("fall", fallback.Fall, 1, MostProbes),
            Jitter = table.Share("jitter", fallback.Jitter),
            Port = table.Port("port", fallback.Port),
            Send = table.Bytes("send", fallback.Send, MostProbeBytes),
            Expect = table.Bytes("expect", fallback.Expect, MostProbeBytes),
            Reply = table.Boolean("reply", fallback.Reply),
            Source = table.Address("source", fallback.Source),
            ProxyProtocol = table.Word("proxy_protocol", fallback.ProxyProtocol, ConfigWords.ProxyProtocols),
        };
        bool contradicts = health is { Reply: false, Expect.IsEmpty: false };
        return contradicts && (table.Node("expect") ?? table.Node("reply")) is { } at
            ? table.Reject(at, "'expect' says what an answer must contain, and reply = false that none need come; "
                + "remove one of them", fallback)
            : health;
    }
}
