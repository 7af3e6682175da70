using L4Balancer.Interop;

namespace L4Balancer.Shards;

/// <summary>
/// A UDP socket on a shard. It is told that datagrams wait for as long as some do, so one receive for each time will
/// do: to find the socket empty costs more (0.3 of 8.6 us of a round trip) than to be asked once more by the kernel.
/// Nothing waits for room to send: what the kernel does not take is lost, as on any full link.
/// </summary>
internal abstract class DatagramSocket(Shard shard, int fd) : ShardDescriptor(shard, fd)
{
    public bool IsClosed { get; private set; }

    /// <inheritdoc/>
    public override void OnEvents(EpollEvents events)
    {
        if ((events & EpollEvents.Error) != 0) OnFailed();
        if ((events & EpollEvents.In) != 0 && !IsClosed) OnReadable();
    }

    /// <inheritdoc/>
    public override void CloseAtEnd() => CloseSocket();

    /// <summary>Begins to hear of errors and of datagrams that wait.</summary>
    /// <param name="forErrorsOnly">Datagrams are left where they are.</param>
    /// <returns>False where epoll did not take the socket.</returns>
    protected bool TryListen(bool forErrorsOnly = false) =>
        TryRegister(forErrorsOnly ? EpollEvents.None : EpollEvents.In);

    /// <summary>Closes the descriptor. Only the first call has an effect.</summary>
    protected void CloseSocket()
    {
        if (IsClosed) return;

        IsClosed = true;
        CloseDescriptor();
    }

    /// <summary>Datagrams wait.</summary>
    protected abstract void OnReadable();

    /// <summary>An error waits on the socket (ICMP).</summary>
    protected abstract void OnFailed();
}
