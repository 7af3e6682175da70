using System.Net.Sockets;
using System.Text;
using L4Balancer.Config;
using L4Balancer.Interop;

namespace L4Balancer.Daemon.Hosting;

/// <summary>A successor's connection to the daemon whose place it takes. Blocks, for a bounded time.</summary>
internal sealed class TakeoverConnection : IDisposable
{
    /// <summary>Longest wait for a line. The longest work behind one is the release of the listeners.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;
    private readonly string _path;
    private readonly byte[] _buffer = new byte[TakeoverLines.MaxBytes];
    private int _held;

    private TakeoverConnection(Socket socket, string path)
    {
        _socket = socket;
        _path = path;
    }

    /// <summary>Connects to a daemon's admin socket.</summary>
    /// <returns>Null where no daemon listens there.</returns>
    /// <exception cref="BalancerStartException">It cannot be connected to.</exception>
    public static TakeoverConnection? Open(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            ReceiveTimeout = (int)Patience.TotalMilliseconds,
            SendTimeout = (int)Patience.TotalMilliseconds,
        };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new TakeoverConnection(socket, path);
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            // The framework's word for a path that is not there is the former.
            bool isNobody = failure.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.ConnectionRefused;
            if (isNobody) return null;

            throw new BalancerStartException(
                $"--takeover: cannot connect to {path}: {failure.SocketErrorCode}; may this user write to it?");
        }
    }

    /// <summary>Writes a line.</summary>
    /// <returns>False where the other side has gone.</returns>
    public bool TryWrite(string line) =>
        !DescriptorPassing.Send((int)_socket.Handle, Encoding.UTF8.GetBytes(line), []).IsError;

    /// <summary>The next line, without its end; null where the other side has gone.</summary>
    /// <param name="descriptors">Where those that came with it are added.</param>
    /// <exception cref="BalancerStartException">It says nothing for too long, or too much.</exception>
    public string? Read(List<int> descriptors)
    {
        int length;
        while ((length = _buffer.AsSpan(0, _held).IndexOf((byte)'\n')) < 0)
        {
            if (!TryReceive(descriptors)) return null;
        }

        string line = Take(length).TrimEnd('\r');
        Take(1);
        return line;
    }

    /// <summary>The next bytes as text; fewer where the other side goes before.</summary>
    public string ReadRest(int bytes)
    {
        int wanted = Math.Min(bytes, _buffer.Length);
        while (_held < wanted && TryReceive([]))
        {
            // Until all is there.
        }

        return Take(Math.Min(wanted, _held));
    }

    /// <summary>What is said of a takeover that fails.</summary>
    public BalancerStartException Failure(string why) => new($"--takeover from {_path}: {why}");

    /// <summary>Takes what comes next.</summary>
    /// <returns>False where the other side has gone.</returns>
    private bool TryReceive(List<int> descriptors)
    {
        if (_held == _buffer.Length) throw Failure("it sent a line without an end");

        SyscallResult received = DescriptorPassing.Receive((int)_socket.Handle, _buffer.AsSpan(_held), descriptors);
        if (received.WouldBlock) throw Failure("it does not answer");
        if (received.Error == Errno.EMSGSIZE) throw Failure("not all sockets could be taken; raise ulimit -n");

        _held += received.Value;
        return received.Value > 0;
    }

    private string Take(int bytes)
    {
        string text = Encoding.UTF8.GetString(_buffer, 0, bytes);
        _held -= bytes;
        _buffer.AsSpan(bytes, _held).CopyTo(_buffer);
        return text;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
