using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Shards;

namespace L4Balancer;

/// <summary>
/// The listeners of one address, one for each shard. It outlives its service: a configuration that gives the address to
/// another service keeps the sockets and who waits in their queues. Control plane.
/// </summary>
/// <param name="configured">The address as it is configured.</param>
/// <param name="bound">The address with the port in force, and the service it belongs to.</param>
internal abstract class ListenerGroup(ListenAddress configured, BoundListener bound)
{
    private bool _isStarted;

    /// <summary>The address as it is configured.</summary>
    public ListenAddress Configured => configured;

    /// <summary>The address with the port in force, and the service it belongs to.</summary>
    public BoundListener Bound { get; protected set; } = bound;

    /// <summary>Its sockets.</summary>
    public required IReadOnlyList<ListeningDescriptor> Sockets { get; init; }

    /// <summary>The transport.</summary>
    public FlowProtocol Protocol => Bound.Protocol;

    /// <summary>It takes no new flows any more.</summary>
    public bool IsStopped { get; protected set; }

    /// <summary>
    /// A next configuration can have it: of TCP one that has not stopped, of UDP any, being open for as long as a flow
    /// needs it.
    /// </summary>
    public bool GoesOn => Protocol == FlowProtocol.Udp || !IsStopped;

    /// <summary>
    /// Begins to take flows; until then clients wait in the kernel's queue. Only the first call counts.
    /// </summary>
    public void PostStart()
    {
        if (_isStarted) return;

        _isStarted = true;
        OnStart();
    }

    /// <summary>Takes what has come so far and no new flow after that; closes once no flow needs it.</summary>
    public abstract void PostStop();

    /// <summary>
    /// Closes it where it has stopped and no flow needs it. To be called until it says that it is closed.
    /// </summary>
    /// <returns>True once it is closed, or is about to be.</returns>
    public abstract bool PostCloseIfDone();

    /// <summary>
    /// Takes nothing more and leaves what waits to whoever else holds the sockets; what is to leave by them still does.
    /// </summary>
    public abstract void PostRelease();

    /// <summary>Closes it at once.</summary>
    public abstract void PostClose();

    /// <summary>Has the listeners begin.</summary>
    protected abstract void OnStart();
}
