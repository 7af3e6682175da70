using System.Net.Sockets;

namespace L4Balancer.Health;

/// <summary>What every probe that talks over a stream has in common: its connection, its deadline, its errors.</summary>
internal static class StreamProbe
{
    /// <summary>Talks over the open connection.</summary>
    /// <param name="socket">The connection, closed by the caller.</param>
    /// <param name="clock">What the probe has taken so far.</param>
    /// <param name="deadline">Cancelled when the probe's time is over.</param>
    public delegate Task<ProbeResult> Talk(Socket socket, ProbeClock clock, CancellationToken deadline);

    /// <summary>
    /// Connects and talks. What the network does is a result and never an exception; it ends at the timeout at the
    /// latest.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller's own token was cancelled.</exception>
    public static async Task<ProbeResult> RunAsync(
        ProbeTarget target, TimeProvider time, Talk talk, CancellationToken cancellationToken)
    {
        ProbeClock clock = new(time);
        using CancellationTokenSource deadline = new(target.Timeout, time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using Socket socket = await ProbeConnection.OpenAsync(target, either.Token);
            return await talk(socket, clock, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProbeResult(false, $"no answer within {clock}");
        }
        catch (SocketException exception)
        {
            return ProbeResult.Of(exception.SocketErrorCode, "connect refused", clock);
        }
        catch (IOException exception) when (exception.InnerException is SocketException inner)
        {
            return ProbeResult.Of(inner.SocketErrorCode, "connect refused", clock);
        }
    }
}
