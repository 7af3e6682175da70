using System.Diagnostics;
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
        long started = time.GetTimestamp();
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
            return new ProbeResult(true, $"connected in {Milliseconds(time, started)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProbeResult(false, $"no answer within {Milliseconds(time, started)}");
        }
        catch (SocketException exception) when (
            exception.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
        {
            return new ProbeResult(false, "out of descriptors or memory", IsVerdict: false);
        }
        catch (SocketException exception)
        {
            string what = exception.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "connect refused",
                SocketError.HostUnreachable => "host unreachable",
                SocketError.NetworkUnreachable => "network unreachable",
                _ => $"connect failed ({exception.SocketErrorCode})",
            };
            return new ProbeResult(false, $"{what} after {Milliseconds(time, started)}");
        }
    }

    private static string Milliseconds(TimeProvider time, long started)
    {
        double milliseconds = time.GetElapsedTime(started).TotalMilliseconds;
        Debug.Assert(milliseconds >= 0);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms");
    }
}
