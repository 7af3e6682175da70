using System.Net;
using L4Balancer.Config;

namespace L4Balancer.Tests.Loopback;

/// <summary>Small changes of the configuration of one service, as an operator makes them.</summary>
internal static class ConfigEdits
{
    /// <summary>Has a balancer go over to what an edit makes of its configuration.</summary>
    public static Task<ApplyResult> ApplyAsync(
        this RunningBalancer balancer, Func<BalancerConfig, BalancerConfig> edit) =>
        balancer.Balancer.ApplyAsync(edit(balancer.Balancer.Config), CancellationToken.None).Within();

    /// <summary>Another first service.</summary>
    public static BalancerConfig WithService(this BalancerConfig config, Func<ServiceConfig, ServiceConfig> edit) =>
        config with { Services = [edit(config.Services[0]), .. config.Services.Skip(1)] };

    /// <summary>Another pool of the first service.</summary>
    public static BalancerConfig WithPool(this BalancerConfig config, Func<PoolConfig, PoolConfig> edit) =>
        config.WithService(service => service with { Pool = edit(service.Pool) });

    /// <summary>Other backends of the first service.</summary>
    public static BalancerConfig WithBackends(this BalancerConfig config, params IPEndPoint[] backends) =>
        config.WithPool(pool => pool with { Backends = [.. backends.Select(RunningBalancer.Backend)] });
}
