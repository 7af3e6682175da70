using System.Net;
using System.Net.Sockets;

namespace L4Balancer.Discovery;

/// <summary>
/// Looks up the addresses of a host as the system does: /etc/hosts, its name servers, whatever nsswitch.conf says.
/// </summary>
internal sealed class SystemLookUp(string host) : ILookUp
{
    private Task<IPAddress[]>? _running;

    /// <inheritdoc/>
    public async Task<LookUpAnswer> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            // A look-up cannot be interrupted (getaddrinfo): only the waiting is bounded, and the next try waits for
            // the same one. It has a thread of its own, since a slow resolver would take all of the pool's.
            _running ??= Task.Factory.StartNew(
                () => Dns.GetHostAddresses(host), CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            IPAddress[] addresses = await _running.WaitAsync(cancellationToken);
            return LookUpAnswer.Found(addresses.Select(one => new FoundServer(one, 0, host, "")));
        }
        catch (SocketException exception)
        {
            bool isNone = exception.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData;
            return isNone ? LookUpAnswer.Found([]) : LookUpAnswer.Failed(exception.Message);
        }
        catch (ArgumentException exception)
        {
            return LookUpAnswer.Failed(exception.Message); // Too long for a name.
        }
        finally
        {
            if (_running is { IsCompleted: true }) _running = null;
        }
    }
}
