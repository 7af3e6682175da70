namespace L4Balancer.Config;

/// <summary>How a backend is chosen for a flow.</summary>
public enum BalancePolicy
{
    /// <summary>Consistent-hash ring. The default.</summary>
    Ring,
}
