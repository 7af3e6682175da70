using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace L4Balancer.Tests.Peers;

/// <summary>A conversation with Redis, by its protocol RESP2.</summary>
internal sealed class RespConnection : IDisposable
{
    private readonly NetworkStream _stream;
    private readonly BufferedStream _input;

    private RespConnection(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _input = new BufferedStream(_stream);
    }

    public static async Task<RespConnection> ConnectAsync(IPEndPoint address)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address).Within();
        return new RespConnection(socket);
    }

    /// <summary>A command as it goes over the wire. Its words are strings or bytes.</summary>
    public static byte[] Command(params object[] words)
    {
        using MemoryStream bytes = new();
        bytes.Write(Encoding.ASCII.GetBytes($"*{words.Length}\r\n"));
        foreach (object word in words)
        {
            byte[] text = word as byte[] ?? Encoding.UTF8.GetBytes((string)word);
            bytes.Write(Encoding.ASCII.GetBytes($"${text.Length}\r\n"));
            bytes.Write(text);
            bytes.Write("\r\n"u8);
        }

        return bytes.ToArray();
    }

    public Task SendAsync(byte[] bytes) => _stream.WriteAsync(bytes).AsTask().Within();

    /// <summary>Sends a command and waits for its reply.</summary>
    public async Task<object?> CallAsync(params object[] words)
    {
        await SendAsync(Command(words));
        return await ReceiveAsync();
    }

    /// <summary>The next reply: a string, a long, bytes, null, or a list of those.</summary>
    /// <exception cref="IOException">Redis answered with an error.</exception>
    public async Task<object?> ReceiveAsync()
    {
        string line = await LineAsync();
        string rest = line[1..];
        return line[0] switch
        {
            '+' => rest,
            ':' => long.Parse(rest, CultureInfo.InvariantCulture),
            '$' => await BulkAsync(int.Parse(rest, CultureInfo.InvariantCulture)),
            '*' => await ListAsync(int.Parse(rest, CultureInfo.InvariantCulture)),
            _ => throw new IOException(line),
        };
    }

    public void Dispose()
    {
        _input.Dispose();
        _stream.Dispose();
    }

    private async Task<string> LineAsync()
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (line.Length < 2 || line[^2] != '\r' || line[^1] != '\n')
        {
            await _input.ReadExactlyAsync(one).AsTask().Within();
            line.Append((char)one[0]);
        }

        return line.ToString(0, line.Length - 2);
    }

    private async Task<byte[]?> BulkAsync(int length)
    {
        if (length < 0) return null;

        byte[] bytes = new byte[length + 2]; // A line end follows.
        await _input.ReadExactlyAsync(bytes).AsTask().Within();
        return bytes[..length];
    }

    private async Task<object?[]> ListAsync(int count)
    {
        object?[] items = new object?[count];
        for (int i = 0; i < count; i++) items[i] = await ReceiveAsync();
        return items;
    }
}
