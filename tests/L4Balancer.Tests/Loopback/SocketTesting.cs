using System.Net.Sockets;
using System.Text;
using NUnit.Framework;

namespace L4Balancer.Tests.Loopback;

/// <summary>Short words for what tests do with sockets.</summary>
internal static class SocketTesting
{
    public static async Task SendAllAsync(this Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes)..];
    }

    public static Task SendTextAsync(this Socket socket, string text) =>
        socket.SendAllAsync(Encoding.ASCII.GetBytes(text)).Within();

    /// <summary>Exactly as many bytes; fails at an early end.</summary>
    public static async Task<byte[]> ReceiveExactlyAsync(this Socket socket, int length)
    {
        byte[] buffer = new byte[length];
        int received = 0;
        while (received < length)
        {
            int count = await socket.ReceiveAsync(buffer.AsMemory(received)).AsTask().Within();
            if (count == 0) Assert.Fail($"the stream ended after {received} of {length} bytes");
            received += count;
        }

        return buffer;
    }

    /// <summary>As much text; fails at an early end.</summary>
    public static async Task<string> ReceiveTextAsync(this Socket socket, int length) =>
        Encoding.ASCII.GetString(await socket.ReceiveExactlyAsync(length));

    /// <summary>All until the end of the stream.</summary>
    public static async Task<byte[]> ReceiveToEndAsync(this Socket socket)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[64 * 1024];
        for (int count; (count = await socket.ReceiveAsync(buffer.AsMemory()).AsTask().Within()) > 0;)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    /// <summary>Receives until the end of the stream and keeps nothing.</summary>
    public static async Task DiscardToEndAsync(this Socket socket)
    {
        byte[] buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer.AsMemory()).AsTask().Within() > 0)
        {
            // What comes is not what the test is about.
        }
    }

    /// <summary>How the stream ends: null for a clean end, otherwise the error.</summary>
    public static async Task<SocketError?> EndAsync(this Socket socket)
    {
        try
        {
            await socket.DiscardToEndAsync();
            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }

    /// <summary>Does something until it is done or the connection is gone, which is what the test is about.</summary>
    public static async Task UntilGoneAsync(this Socket socket, Func<Socket, Task> doing)
    {
        try
        {
            await doing(socket);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return; // Gone.
        }
    }

    /// <summary>Closes with a RST.</summary>
    public static void Reset(this Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close(0);
    }
}
