using System.Net;
using System.Net.Sockets;

namespace L4Balancer.Health;

/// <summary>
/// A TCP connect that the backend's application never sees. With quick ACKs off the kernel holds back the last segment
/// of the handshake, and the close sends a RST in its place: the backend's kernel drops the half-open connection, so
/// nothing comes into its accept queue or its log (the way HAProxy's plain check goes, tcp(7) TCP_QUICKACK).
/// </summary>
internal static class TcpProbe
{
    private const int TcpLevel = 6;
    private const int QuickAck = 12;

    /// <summary>
    /// Connects and closes. Never throws for what the network does; ends at the timeout at the latest.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller's own token was cancelled.</exception>
    public static async Task<ProbeResult> RunAsync(
        IPEndPoint target, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        ProbeClock clock = new(time);
        using CancellationTokenSource deadline = new(timeout, time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using Socket socket = new(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.LingerState = new LingerOption(true, 0); // Any close is a RST, also that at the end of this process.
            socket.SetRawSocketOption(TcpLevel, QuickAck, BitConverter.GetBytes(0));
            await socket.ConnectAsync(target, either.Token);
            socket.Close(timeout: 0); // Zero: at once.
            return new ProbeResult(true, $"connected in {clock}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProbeResult(false, $"no answer within {clock}");
        }
        catch (SocketException exception)
        {
            return ProbeResult.Of(exception.SocketErrorCode, "connect refused", clock);
        }
    }
}
