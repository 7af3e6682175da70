using System.Net.Sockets;
using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>
/// A TCP connect that the backend's application never sees. With quick ACKs off the kernel holds back the last segment
/// of the handshake, and the close sends a RST in its place: the backend's kernel drops the half-open connection, so
/// nothing comes into its accept queue or its log (the way HAProxy's plain check goes, tcp(7) TCP_QUICKACK). Where a
/// PROXY header is due, the server does see the connection, and its end is a clean one.
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
        ProbeTarget target, TimeProvider time, CancellationToken cancellationToken)
    {
        using ProbeDeadline deadline = new(target.Timeout, time, cancellationToken);
        try
        {
            using Socket socket = new(target.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            bool unseen = target.Check.ProxyProtocol == ProxyProtocol.Off;
            if (unseen) LeaveUnseen(socket);
            await ProbeConnection.ConnectAsync(socket, target, deadline.Token);
            if (unseen) socket.Close(timeout: 0); // Zero: at once.
            return new ProbeResult(true, $"connected in {deadline.Clock}");
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            return new ProbeResult(false, $"no answer within {deadline.Clock}");
        }
        catch (SocketException exception)
        {
            return ProbeResult.Of(exception.SocketErrorCode, "connect refused", deadline.Clock);
        }
    }

    private static void LeaveUnseen(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0); // Any close is a RST, also that at the end of this process.
        socket.SetRawSocketOption(TcpLevel, QuickAck, BitConverter.GetBytes(0));
    }
}
