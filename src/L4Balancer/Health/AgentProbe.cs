using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace L4Balancer.Health;

/// <summary>
/// Asks an agent: a connection to its port, what it is to be sent, and its line, which ends with a line's end or with
/// the stream.
/// </summary>
internal static class AgentProbe
{
    /// <summary>Longest line.</summary>
    public const int MostBytes = 1024;

    /// <summary>
    /// Asks. A good result's text is the line as it came; everything else is a failure, which says nothing of the
    /// server.
    /// </summary>
    /// <exception cref="OperationCanceledException">The caller's own token was cancelled.</exception>
    public static async Task<ProbeResult> RunAsync(
        ProbeTarget target, TimeProvider time, CancellationToken cancellationToken)
    {
        using ProbeDeadline deadline = new(target.Timeout, time, cancellationToken);
        try
        {
            using Socket socket = await ProbeConnection.OpenAsync(target, deadline.Token);
            ReadOnlyMemory<byte> question = target.Check.AgentSend;
            while (!question.IsEmpty) question = question[await socket.SendAsync(question, deadline.Token)..];

            return await ReadLineAsync(socket, deadline.Token) is { } line
                ? new ProbeResult(true, line)
                : new ProbeResult(false, $"no line's end within {MostBytes} bytes");
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

    private static async Task<string?> ReadLineAsync(Socket socket, CancellationToken deadline)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MostBytes);
        try
        {
            int length = 0;
            while (length < MostBytes)
            {
                int count = await socket.ReceiveAsync(buffer.AsMemory(length, MostBytes - length), deadline);
                int end = buffer.AsSpan(length, count).IndexOfAny((byte)'\n', (byte)'\r');
                if (end >= 0 || count == 0)
                {
                    return Encoding.Latin1.GetString(buffer, 0, length + Math.Max(end, 0));
                }

                length += count;
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
