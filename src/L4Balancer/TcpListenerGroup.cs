using L4Balancer.Config;
using L4Balancer.Tcp;

namespace L4Balancer;

/// <summary>The TCP listeners of one address.</summary>
internal sealed class TcpListenerGroup(ListenAddress configured, BoundListener bound, TcpListener[] listeners)
    : ListenerGroup(configured, bound)
{
    public override void PostStop()
    {
        IsStopped = true;
        Array.ForEach(listeners, static listener => listener.PostStop());
    }

    public override bool PostCloseIfDone() => Array.TrueForAll(listeners, static one => one.Closed.IsCompleted);

    public override void PostRelease()
    {
        IsStopped = true;
        PostClose();
    }

    public override void PostClose() => Array.ForEach(listeners, static listener => listener.PostClose());

    /// <summary>New flows belong to another service from now on.</summary>
    public void PostMove(string service, TcpServiceOnShard[] serviceByShard)
    {
        Bound = Bound with { Service = service };
        Array.ForEach(listeners, listener => listener.PostMove(serviceByShard));
    }

    protected override void OnStart() => Array.ForEach(listeners, static listener => listener.PostStart());
}
