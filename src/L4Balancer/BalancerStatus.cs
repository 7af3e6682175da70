using L4Balancer.Config;
using L4Balancer.Interop;
using L4Balancer.Net;

namespace L4Balancer;

/// <summary>Which limits apply, as they are said at start.</summary>
/// <param name="Shards">Threads of the data path.</param>
/// <param name="MaxConnections">Sessions open at once.</param>
/// <param name="MaxDescriptors">RLIMIT_NOFILE of the process.</param>
/// <param name="MaxConnectionsDerived">
/// True where <paramref name="MaxConnections"/> is what the descriptors allow: none was configured, or more.
/// </param>
public sealed record BalancerLimits(int Shards, int MaxConnections, int MaxDescriptors, bool MaxConnectionsDerived)
{
    /// <summary>What a configuration comes to in this process.</summary>
    /// <exception cref="BalancerStartException">The process may hold too few descriptors to serve anybody.</exception>
    public static BalancerLimits Of(GlobalConfig config)
    {
        int descriptors = ResourceLimits.MaxDescriptors();
        if (descriptors < DescriptorBudget.Least)
        {
            throw new BalancerStartException(
                $"{descriptors} descriptors are too few: the process itself needs up to {DescriptorBudget.Reserve}, "
                + "each connection 2; raise LimitNOFILE= or ulimit -n");
        }

        int most = DescriptorBudget.MaxConnections(descriptors);
        bool derived = config.MaxConnections == 0 || config.MaxConnections > most;
        return new BalancerLimits(
            config.Shards == 0 ? Environment.ProcessorCount : config.Shards,
            derived ? most : config.MaxConnections,
            descriptors,
            derived);
    }
}

/// <summary>An address that a service listens on, with the port that the kernel chose where it was 0.</summary>
public sealed record BoundListener(string Service, IpEndpoint Endpoint);

/// <summary>A backend as the outside sees it.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Name">The backend's name.</param>
/// <param name="IsAvailable">True when new flows may go there.</param>
/// <param name="State">up, down, ejected, unresolved or unknown.</param>
/// <param name="ActiveConnections">Sessions it holds.</param>
/// <param name="TotalConnections">Sessions it was given since the start.</param>
public sealed record BackendStatus(
    string Pool, string Name, bool IsAvailable, string State, int ActiveConnections, long TotalConnections);
