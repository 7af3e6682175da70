using L4Balancer.Config;
using L4Balancer.Udp;

namespace L4Balancer;

/// <summary>The UDP listeners of one address.</summary>
internal sealed class UdpListenerGroup(ListenAddress configured, BoundListener bound, UdpListener[] listeners)
    : ListenerGroup(configured, bound)
{
    public override void PostStop()
    {
        IsStopped = true;
        PostToAll(static listener => listener.Drain(true));
    }

    public override bool PostCloseIfDone()
    {
        // On all shards or on none: with one socket less the kernel would deal all flows anew.
        if (!IsStopped || Array.Exists(listeners, static listener => listener.Sessions > 0)) return false;

        PostClose();
        return true;
    }

    public override void PostRelease()
    {
        IsStopped = true;
        PostToAll(static listener => listener.Release());
    }

    public override void PostClose() => PostToAll(static listener => listener.Close());

    /// <summary>Takes new flows, of another service or again.</summary>
    public void PostMove(string service, UdpServiceOnShard[] serviceByShard)
    {
        IsStopped = false;
        Bound = Bound with { Service = service };
        PostToAll(listener => listener.MoveTo(serviceByShard[listener.Shard.Index]));
    }

    protected override void OnStart() => PostToAll(static listener => listener.Start());

    private void PostToAll(Action<UdpListener> work)
    {
        foreach (UdpListener listener in listeners) listener.Shard.Post(() => work(listener));
    }
}
