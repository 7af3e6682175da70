using System.Net;
using System.Net.Sockets;

namespace L4Balancer.Health;

/// <summary>Finds the address of one backend's host. One caller at a time.</summary>
internal sealed class NameResolver(string host)
{
    private Task<IPAddress[]>? _lookUp;

    /// <summary>
    /// Takes a literal address as it is; otherwise asks the system's resolver. IPv4 is preferred where a name has both.
    /// </summary>
    /// <returns>The address, or the failure's text.</returns>
    public async Task<(IPAddress? Address, string Error)> ResolveAsync(
        TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal)) return (literal, "");

        try
        {
            // A look-up cannot be interrupted (getaddrinfo): only the waiting is bounded, and the next try waits for
            // the same one, so that a slow resolver is not asked more than it can answer.
            _lookUp ??= Dns.GetHostAddressesAsync(host, CancellationToken.None);
            IPAddress[] addresses = await _lookUp.WaitAsync(timeout, time, cancellationToken);
            IPAddress? best = addresses.OrderByDescending(IsV4).FirstOrDefault();
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
        finally
        {
            if (_lookUp is { IsCompleted: true }) _lookUp = null;
        }
    }

    private static bool IsV4(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork;
}
