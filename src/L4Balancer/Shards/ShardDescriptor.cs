using L4Balancer.Interop;

namespace L4Balancer.Shards;

/// <summary>
/// A descriptor on a shard's epoll, registered once and closed once. All members belong to the shard's thread.
/// </summary>
internal abstract class ShardDescriptor(Shard shard, int fd)
{
    private const ulong NotRegistered = ulong.MaxValue;

    private ulong _registration = NotRegistered;

    public Shard Shard => shard;

    /// <summary>The descriptor. Not to be used after the close.</summary>
    public int Fd => fd;

    /// <summary>What epoll knows it by; no other of the shard ever gets the same.</summary>
    public ulong Registration => _registration;

    /// <summary>Who is to be told when the shard ends; null where nobody is.</summary>
    public virtual SocketOwner? Owner => null;

    /// <summary>Takes in what epoll reported and runs whom it concerns. Called by the loop.</summary>
    public abstract void OnEvents(EpollEvents events);

    /// <summary>Closes the descriptor because its shard ends.</summary>
    public abstract void CloseAtEnd();

    /// <summary>Has the shard hear of events.</summary>
    /// <returns>False where epoll did not take the descriptor; it is still open then.</returns>
    protected bool TryRegister(EpollEvents interest)
    {
        ulong registration = shard.ReserveSlot();
        if (shard.Epoll.Register(fd, interest, registration).IsError)
        {
            shard.ReleaseSlot(registration);
            return false;
        }

        _registration = registration;
        shard.FillSlot(registration, this);
        return true;
    }

    /// <summary>
    /// Hears of no more events. For a socket that other processes hold too this comes before the close, which alone
    /// does not end what epoll reports of it.
    /// </summary>
    protected void Unregister()
    {
        if (_registration == NotRegistered) return;

        shard.Epoll.Remove(fd);
        shard.ReleaseSlot(_registration);
        _registration = NotRegistered;
    }

    /// <summary>Closes the descriptor; events that are still in the batch find nothing any more. Once.</summary>
    protected void CloseDescriptor()
    {
        if (_registration != NotRegistered) shard.ReleaseSlot(_registration);
        SocketCalls.Close(fd);
    }
}
