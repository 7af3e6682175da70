using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;

namespace L4Balancer.Health;

/// <summary>What every probe that talks over a stream shares: its connection, its deadline, its errors.</summary>
internal static class StreamProbe
{
    /// <summary>
    /// Connects and talks. What the network does is a result and never an exception; it ends at the timeout at the
    /// latest.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller's own token was cancelled.</exception>
    public static async Task<ProbeResult> RunAsync(
        ProbeTarget target,
        TimeProvider time,
        Func<ProbeTalk, Task<ProbeResult>> talk,
        CancellationToken cancellationToken)
    {
        using ProbeDeadline deadline = new(target.Timeout, time, cancellationToken);
        string awaited = "no answer";
        try
        {
            using Socket socket = await ProbeConnection.OpenAsync(target, deadline.Token);

            // Who disposes the stream, as an HTTP client does when it is cancelled, ends the reads of it.
            await using NetworkStream stream = new(socket, ownsSocket: true);
            ProbeTalk connected = new(stream, deadline);
            try
            {
                return await talk(connected);
            }
            finally
            {
                awaited = connected.Awaited;
            }
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            return new ProbeResult(false, $"{awaited} within {deadline.Clock}");
        }
        catch (SocketException exception)
        {
            return ProbeResult.Of(exception.SocketErrorCode, "connect refused", deadline.Clock);
        }
        catch (AuthenticationException exception)
        {
            return new ProbeResult(false, $"{TlsOpening.Explain(exception)} after {deadline.Clock}");
        }
        catch (CryptographicException)
        {
            return new ProbeResult(false, $"a certificate that cannot be read after {deadline.Clock}");
        }
        catch (ProbeImpossibleException exception)
        {
            return new ProbeResult(false, exception.Message, IsVerdict: false);
        }
        catch (IOException exception)
        {
            return new ProbeResult(false, $"{awaited}: connection {Broken(exception)} after {deadline.Clock}");
        }
    }

    /// <summary>What became of a connection that was open.</summary>
    public static string Broken(Exception? failure)
    {
        while (failure is not (SocketException or null)) failure = failure.InnerException;

        return failure is SocketException { SocketErrorCode: not SocketError.Success } ? "reset" : "closed";
    }
}
