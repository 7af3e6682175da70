using System.Net;
using System.Net.Sockets;

namespace L4Balancer.Health;

/// <summary>Finds the address of a backend's host.</summary>
internal static class NameResolver
{
    /// <summary>A literal address needs no look-up.</summary>
    public static IPAddress? Literal(string host) => IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : null;

    /// <summary>Asks the system's resolver; IPv4 is preferred where a name has both.</summary>
    /// <returns>The address, or the failure's text.</returns>
    public static async Task<(IPAddress? Address, string Error)> LookUpAsync(
        string host, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            // The look-up itself cannot be interrupted (getaddrinfo), so only the waiting for it is bounded.
            IPAddress[] addresses =
                await Dns.GetHostAddressesAsync(host, CancellationToken.None).WaitAsync(timeout, time, cancellationToken);
            IPAddress? best = addresses.FirstOrDefault(static address => address.AddressFamily == AddressFamily.InterNetwork)
                ?? addresses.FirstOrDefault();
            return best is null ? (null, "no address") : (best, "");
        }
        catch (SocketException exception)
        {
            return (null, exception.Message);
        }
        catch (TimeoutException)
        {
            return (null, "no answer from the resolver");
        }
    }

    private static bool IsV4(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork;
}
