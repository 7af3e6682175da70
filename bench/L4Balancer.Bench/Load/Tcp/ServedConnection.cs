using L4Balancer.Interop;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>
/// What a <see cref="TcpServer"/> does on a connection. The object stays with the descriptor's number, for one
/// connection after the other, so that a server makes no garbage.
/// </summary>
internal abstract class ServedConnection(int fd)
{
    /// <summary>The descriptor, non-blocking.</summary>
    public int Fd => fd;

    /// <summary>What epoll is to report.</summary>
    public abstract EpollEvents Interest { get; }

    /// <summary>A new connection has the number.</summary>
    public abstract void Begin();

    /// <summary>Does what is possible now; also right after <see cref="Begin"/>.</summary>
    /// <param name="buffer">Shared by all connections.</param>
    /// <returns>False where the connection is to be closed.</returns>
    public abstract bool Go(byte[] buffer);
}
