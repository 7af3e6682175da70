using L4Balancer.Interop;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary><c>tcp-echo ADDRESS:PORT</c>: sends back what comes.</summary>
internal sealed class TcpEcho(int fd) : ServedConnection(fd)
{
    private byte[] _held = []; // What the kernel did not take; nothing is received meanwhile.
    private int _heldStart;
    private int _heldEnd;

    public override EpollEvents Interest => EpollEvents.In | EpollEvents.Out | EpollEvents.EdgeTriggered;

    /// <summary>Runs the command.</summary>
    public static int Run(string[] args) => TcpServer.Run("tcp-echo", args, static fd => new TcpEcho(fd));

    public override void Begin() => _heldStart = _heldEnd = 0;

    public override bool Go(byte[] buffer)
    {
        if (_heldStart < _heldEnd && !SendHeld()) return false;

        while (_heldStart == _heldEnd)
        {
            SyscallResult received = SocketCalls.Receive(Fd, buffer);
            if (received.WouldBlock) return true;
            if (received.Value == 0 || !Send(buffer.AsSpan(0, received.Value))) return false;
            if (received.Value < buffer.Length) return true; // Drained: what comes next is an edge.
        }

        return true;
    }

    private bool Send(ReadOnlySpan<byte> bytes)
    {
        SyscallResult sent = SocketCalls.Send(Fd, bytes);
        if (sent.IsError && !sent.WouldBlock) return false;
        if (sent.Value == bytes.Length) return true;

        ReadOnlySpan<byte> rest = bytes[sent.Value..];
        if (_held.Length < rest.Length) _held = new byte[rest.Length];
        rest.CopyTo(_held);
        (_heldStart, _heldEnd) = (0, rest.Length);
        return true;
    }

    private bool SendHeld()
    {
        SyscallResult sent = SocketCalls.Send(Fd, _held.AsSpan(_heldStart, _heldEnd - _heldStart));
        _heldStart += sent.Value;
        return !sent.IsError || sent.WouldBlock;
    }
}
