using System.Net.Sockets;

namespace L4Balancer.Health;

/// <summary>What a probe found.</summary>
/// <param name="IsGood">The backend may serve.</param>
/// <param name="Text">For people: "connect refused after 0.3 ms".</param>
/// <param name="IsVerdict">False where this side could not even try, which says nothing of the backend.</param>
internal readonly record struct ProbeResult(bool IsGood, string Text, bool IsVerdict = true)
{
    /// <summary>When the certificate that the backend showed expires; null where there was none to see.</summary>
    public DateTimeOffset? CertificateExpiry { get; init; }

    /// <summary>What an error of the network says of a backend.</summary>
    /// <param name="error">The error.</param>
    /// <param name="refused">What it is called that nobody listens there.</param>
    /// <param name="clock">When it came.</param>
    public static ProbeResult Of(SocketError error, string refused, ProbeClock clock)
    {
        // EAGAIN is what a UDP socket gets where every port of this host is taken.
        if (error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.WouldBlock)
        {
            return new ProbeResult(false, "out of descriptors, ports or memory", IsVerdict: false);
        }

        // Also where every port towards this server is taken.
        if (error == SocketError.AddressNotAvailable)
        {
            return new ProbeResult(false, "this host has no such address to probe from, or no port", IsVerdict: false);
        }

        string what = error switch
        {
            SocketError.ConnectionRefused => refused,
            SocketError.HostUnreachable => "host unreachable",
            SocketError.NetworkUnreachable => "network unreachable",
            SocketError.ConnectionReset => "connection reset",
            _ => $"probe failed ({error})",
        };
        return new ProbeResult(false, $"{what} after {clock}");
    }
}
