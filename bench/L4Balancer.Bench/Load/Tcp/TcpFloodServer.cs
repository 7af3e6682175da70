using L4Balancer.Interop;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary><c>tcp-flood-server ADDRESS:PORT</c>: sends for ever as much as the kernel takes.</summary>
internal sealed class TcpFloodServer(int fd) : ServedConnection(fd)
{
    // Level-triggered, as bulk-load: all connections have their turn.
    public override EpollEvents Interest => EpollEvents.Out;

    /// <summary>Runs the command.</summary>
    public static int Run(string[] args) =>
        TcpServer.Run("tcp-flood-server", args, static fd => new TcpFloodServer(fd));

    public override void Begin()
    {
    }

    public override bool Go(byte[] buffer)
    {
        SyscallResult sent = SocketCalls.Send(Fd, PatternBytes.At(0, PatternBytes.MaxBytes));
        return !sent.IsError || sent.WouldBlock;
    }
}
