using L4Balancer.Config;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer;

/// <summary>
/// A service while it runs, whatever its transport. Methods are for the control plane; what they post has an effect
/// once the shards have had their turn.
/// </summary>
internal abstract class ServiceRuntime(ServiceConfig config)
{
    public ServiceConfig Config { get; } = config;

    /// <summary>What each shard counts of it.</summary>
    public abstract IReadOnlyList<ServiceCounters> Counters { get; }

    /// <summary>Opens the listening sockets; clients wait in the kernel's queue.</summary>
    /// <returns>Where it listens, with the ports that the kernel chose.</returns>
    /// <exception cref="BalancerStartException">An address cannot be listened on.</exception>
    public abstract IReadOnlyList<BoundListener> OpenListeners();

    /// <summary>Begins to take flows.</summary>
    public abstract void PostStart();

    /// <summary>Takes what has come so far, and no new flow after that.</summary>
    public abstract void PostStop();

    /// <summary>
    /// Closes what a service that drains holds open without need. To be called again and again until it has ended.
    /// </summary>
    public abstract void PostCloseIfDone();

    /// <summary>Closes the listening sockets at once.</summary>
    public abstract void PostCloseListeners();

    /// <summary>Closes sessions, whatever they are doing. After all shards have closed their listeners.</summary>
    public abstract void PostCutOff();

    /// <summary>
    /// Opens the sockets of every address, one for each shard, and hands each to the one who makes a listener of it.
    /// </summary>
    protected List<BoundListener> Open(int shards, Action<int, int, BoundListener> take)
    {
        List<BoundListener> all = [];
        foreach (ListenAddress address in Config.Listen)
        {
            int[] sockets = ListeningSockets.Open(Config, address, shards, out Net.IpEndpoint endpoint);
            BoundListener bound = new(Config.Name, address with { Endpoint = endpoint }, Config.Protocol);
            for (int i = 0; i < sockets.Length; i++) take(i, sockets[i], bound);
            all.Add(bound);
        }

        return all;
    }
}
