using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace L4Balancer.Daemon.Demo;

/// <summary>
/// A small server for the demo. To HTTP it says hello with its name, so that <c>curl</c> works; any other line, and any
/// datagram, it sends back behind its name, so that <c>nc</c> works.
/// </summary>
internal sealed class HelloBackend : IAsyncDisposable
{
    private const int LongestLine = 8 * 1024;
    private const int LongestDatagram = 65_507;
    private const int BindTries = 10;

    private readonly string _name;
    private readonly Socket _listener;
    private readonly Socket _datagrams;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    /// <summary>Listens on a port of the loopback address that the kernel chooses, by TCP and by UDP.</summary>
    public HelloBackend(string name)
    {
        _name = name;
        (_listener, _datagrams) = Bind();
        _listener.Listen();
        _serving = Task.WhenAll(AcceptLoopAsync(), AnswerLoopAsync());
    }

    /// <summary>Its name.</summary>
    public string Name => _name;

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        _datagrams.Dispose();
        await _serving;
        _stop.Dispose();
    }

    /// <summary>
    /// Binds two sockets to one port: the kernel chooses it for one, and the other may find it taken.
    /// </summary>
    private static (Socket Listener, Socket Datagrams) Bind()
    {
        for (int left = BindTries; ; left--)
        {
            Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            Socket datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                datagrams.Bind(listener.LocalEndPoint!);
                return (listener, datagrams);
            }
            catch (SocketException) when (left > 1)
            {
                listener.Dispose();
                datagrams.Dispose();
            }
        }
    }

    private async Task AnswerLoopAsync()
    {
        byte[] prefix = Encoding.UTF8.GetBytes($"backend {_name}: ");
        byte[] buffer = new byte[prefix.Length + LongestDatagram];
        prefix.CopyTo(buffer, 0);
        Memory<byte> text = buffer.AsMemory(prefix.Length);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult received =
                    await _datagrams.ReceiveFromAsync(text, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                ReadOnlyMemory<byte> answer = buffer.AsMemory(0, prefix.Length + received.ReceivedBytes);
                await _datagrams.SendToAsync(answer, received.RemoteEndPoint, _stop.Token);
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                await Task.Yield(); // An answer that was too long, or the end, which the loop sees.
            }
        }
    }

    private async Task AcceptLoopAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket client = await _listener.AcceptAsync(_stop.Token);
                _ = ServeAsync(client);
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                await Task.Yield(); // A client that left before it was taken; or the end, which the loop sees.
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            await using NetworkStream stream = new(client, ownsSocket: true);
            PipeReader reader = PipeReader.Create(stream);
            while (await ReadLineAsync(reader) is { } line)
            {
                string answer = IsRequest(line) ? await HelloAsync(reader, line) : $"backend {_name}: {line}\n";
                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), _stop.Token);
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException)
        {
            client.Dispose(); // The client reset the connection, as probes do, or the demo ends.
        }
    }

    /// <summary>Reads a request's header to its end and answers. A request with a body is beyond this server.</summary>
    private async Task<string> HelloAsync(PipeReader reader, string request)
    {
        while (await ReadLineAsync(reader) is { Length: > 0 })
        {
            // Nothing in a header changes the answer.
        }

        string body = request.StartsWith("HEAD ", StringComparison.Ordinal) ? "" : $"hello from backend {_name}\n";
        return $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n{body}";
    }

    /// <returns>A line without its end; null at the end of the stream or where a line is too long.</returns>
    private async Task<string?> ReadLineAsync(PipeReader reader)
    {
        while (true)
        {
            ReadResult read = await reader.ReadAsync(_stop.Token);
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                string line = Encoding.UTF8.GetString(buffer.Slice(0, end)).TrimEnd('\r');
                reader.AdvanceTo(buffer.GetPosition(1, end));
                return line;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted || buffer.Length > LongestLine) return null;
        }
    }

    private static bool IsRequest(string line) =>
        line.EndsWith(" HTTP/1.1", StringComparison.Ordinal) || line.EndsWith(" HTTP/1.0", StringComparison.Ordinal);
}
