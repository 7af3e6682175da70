using L4Balancer.Net;
using static L4Balancer.Config.ConfigText;
using static L4Balancer.Config.KeyEffect;

namespace L4Balancer.Config;

/// <summary>
/// Every key of the configuration but those that name things: services and pools, what a service listens on, the pool
/// it uses, a pool's backends.
/// </summary>
internal static class ConfigKeys
{
    /// <summary>The <c>[global]</c> table.</summary>
    public static readonly ConfigKey<GlobalConfig>[] Global =
    [
        new("shards", static global => Number(global.Shards), NextStart),
        new("max_connections", static global => Number(global.MaxConnections)),
        Duration<GlobalConfig>("shutdown_drain", static global => global.ShutdownDrain),
        Duration<GlobalConfig>("drain_notice", static global => global.DrainNotice),
        new("hash_seed", static global => $"{global.HashSeed}", NewFlows),
        new("max_probes", static global => Number(global.MaxProbes)),
        new("allow_exec", static global => Boolean(global.AllowExec)),
        Word<GlobalConfig>("zone", static global => global.Zone, NewFlows),
    ];

    /// <summary>The <c>[fleet]</c> table.</summary>
    public static readonly ConfigKey<FleetConfig>[] Fleet =
    [
        new("index", static fleet => Number(fleet.Index), NewFlows),
        new("size", static fleet => Number(fleet.Size), NewFlows),
    ];

    /// <summary>The <c>[log]</c> table.</summary>
    public static readonly ConfigKey<LogConfig>[] Log =
    [
        Word<LogConfig>("level", static log => ConfigWords.Of(ConfigWords.LogLevels, log.Level), NextStart),
        Word<LogConfig>("format", static log => ConfigWords.Of(ConfigWords.LogFormats, log.Format), NextStart),
        Word<LogConfig>("flows", static log => Flows(log.Flows), NextStart),
    ];

    /// <summary>The <c>[admin]</c> table.</summary>
    public static readonly ConfigKey<AdminConfig>[] Admin =
    [
        Word<AdminConfig>("listen", static admin => admin.Listen?.ToString() ?? "", NextStart),
        Word<AdminConfig>("socket", static admin => admin.Socket ?? "", NextStart),
    ];

    /// <summary>A <c>[service.NAME]</c> table. The protocol is part of what a service is.</summary>
    public static readonly ConfigKey<ServiceConfig>[] Service =
    [
        Word<ServiceConfig>("protocol", static service => ConfigWords.Of(ConfigWords.Protocols, service.Protocol)),
        new("max_connections", static service => Number(service.MaxConnections)),
        new("backlog", static service => Number(service.Backlog), NextStart) { Concerns = IsTcp },
        new("freebind", static service => Boolean(service.Freebind), NextStart),
        Duration<ServiceConfig>("timeouts.connect", static service => service.Timeouts.Connect, NewFlows, IsTcp),
        Duration<ServiceConfig>("timeouts.idle", static service => service.Timeouts.Idle, NewFlows, IsTcp),
        Duration<ServiceConfig>("timeouts.idle", static service => service.Timeouts.Idle, AllFlows, IsUdp),
        Duration<ServiceConfig>("timeouts.half_close", static service => service.Timeouts.HalfClose, NewFlows, IsTcp),
        Duration<ServiceConfig>("timeouts.lifetime", static service => service.Timeouts.Lifetime, NewFlows),
        new("retry.attempts", static service => Number(service.RetryAttempts), NewFlows),
        new("udp.responses", static service => Number(service.Udp.Responses), AllFlows) { Concerns = IsUdp },
        new("udp.one_way", static service => Boolean(service.Udp.OneWay), NewFlows) { Concerns = IsUdp },
        new("udp.max_sessions", static service => Number(service.Udp.MaxSessions)) { Concerns = IsUdp },
        new("udp.deny_source_ports", static service => Ports(service.Udp.DenySourcePorts)) { Concerns = IsUdp },
    ];

    /// <summary>The keys of a pool, in <c>[pool.NAME]</c> or in the table of its service.</summary>
    public static readonly ConfigKey<PoolConfig>[] Pool =
    [
        Word<PoolConfig>("balance", static pool => ConfigWords.Of(ConfigWords.Policies, pool.Balance), NewFlows),
        Word<PoolConfig>("hash_on", static pool => HashedPart(pool.HashOn), NewFlows),
        new("max_load", static pool => Number(pool.MaxLoad), NewFlows) { Concerns = Hashes },
        new("maglev.table_size", static pool => Number(pool.Maglev.TableSize), NewFlows) { Concerns = IsMaglev },
        Word<PoolConfig>("health.type", static pool => ConfigWords.Of(ConfigWords.ProbeTypes, pool.Health.Type)),
        Duration<PoolConfig>("health.interval", static pool => pool.Health.Interval),
        Duration<PoolConfig>("health.interval_down", static pool => pool.Health.IntervalDown),
        Duration<PoolConfig>("health.interval_transition", static pool => pool.Health.IntervalTransition),
        Duration<PoolConfig>("health.timeout", static pool => pool.Health.Timeout),
        new("health.rise", static pool => Number(pool.Health.Rise)),
        new("health.fall", static pool => Number(pool.Health.Fall)),
        new("health.jitter", static pool => Number(pool.Health.Jitter)),
        Word<PoolConfig>(
            "health.initial", static pool => ConfigWords.Of(ConfigWords.InitialStates, pool.Health.Initial)),
        new("health.port", static pool => Number(pool.Health.Port)),
        .. ProbeConfigKeys.All,
        Word<PoolConfig>("health.source", static pool => OptionalAddress(pool.Health.Source)),
        Word<PoolConfig>(
            "health.proxy_protocol",
            static pool => ConfigWords.Of(ConfigWords.ProxyProtocols, pool.Health.ProxyProtocol)),
        new("health.agent_port", static pool => Number(pool.Health.AgentPort)),
        Duration<PoolConfig>("health.agent_interval", static pool => pool.Health.AgentInterval),
        Word<PoolConfig>("health.agent_send", static pool => Bytes(pool.Health.AgentSend)),
        new("ejection.failures", static pool => Number(pool.Ejection.Failures)),
        Duration<PoolConfig>("ejection.base", static pool => pool.Ejection.Base),
        Duration<PoolConfig>("ejection.max", static pool => pool.Ejection.Max),
        new("ejection.max_ejected", static pool => Number(pool.Ejection.MaxEjected)),
        new("ejection.failure_share", static pool => Number(pool.Ejection.FailureShare)),
        new("ejection.min_flows", static pool => Number(pool.Ejection.MinFlows)),
        Duration<PoolConfig>("ejection.window", static pool => pool.Ejection.Window),
        Word<PoolConfig>(
            "ejection.reinstate", static pool => ConfigWords.Of(ConfigWords.Reinstatements, pool.Ejection.Reinstate)),
        new("queue.size", static pool => Number(pool.Queue.Size)),
        Duration<PoolConfig>("queue.timeout", static pool => pool.Queue.Timeout, NewFlows),
        Duration<PoolConfig>("slow_start.duration", static pool => pool.SlowStart.Duration),
        Word<PoolConfig>("on_down", static pool => ConfigWords.Of(ConfigWords.DownFlows, pool.OnDown)),
        new("zones.prefer_local", static pool => Boolean(pool.Zones.PreferLocal), NewFlows),
        new("zones.spill_below", static pool => Number(pool.Zones.SpillBelow), NewFlows),
        new("subset.size", static pool => Number(pool.SubsetSize), NewFlows),
        new("panic.threshold", static pool => Number(pool.PanicThreshold), NewFlows),
        Word<PoolConfig>("when_down", static pool => ConfigWords.Of(ConfigWords.WhenDown, pool.WhenDown), NewFlows),
        Duration<PoolConfig>("drain.timeout", static pool => pool.DrainTimeout),
        Word<PoolConfig>("backends_file", static pool => pool.BackendsFile),
        Duration<PoolConfig>("resolve", static pool => pool.Names.Interval),
        Duration<PoolConfig>("resolve_hold", static pool => pool.Names.Hold),
        new("resolver", static pool => Endpoints(pool.Names.Servers)),
    ];

    /// <summary>The keys of a backend.</summary>
    public static readonly ConfigKey<BackendConfig>[] Backend =
    [
        Word<BackendConfig>("address", Address),
        Word<BackendConfig>("name", static backend => backend.Name),
        new("weight", static backend => Number(backend.Weight), NewFlows) { Concerns = IsNotSrv },
        new("max_connections", static backend => Number(backend.MaxConnections)),
        new("backup", static backend => Boolean(backend.Backup), NewFlows),
        new("priority", static backend => Number(backend.Priority), NewFlows) { Concerns = IsNotSrv },
        Word<BackendConfig>("zone", static backend => backend.Zone, NewFlows),
    ];

    private static bool IsTcp(ServiceConfig service) => service.Protocol == FlowProtocol.Tcp;

    private static bool IsUdp(ServiceConfig service) => service.Protocol == FlowProtocol.Udp;

    /// <summary>SRV records say themselves what each of their servers weighs.</summary>
    private static bool IsNotSrv(BackendConfig backend) => !backend.IsSrv;

    private static bool Hashes(PoolConfig pool) => pool.Hashes;

    private static bool IsMaglev(PoolConfig pool) => pool.Balance == BalancePolicy.Maglev;

    private static ConfigKey<T> Word<T>(string name, Func<T, string> text, KeyEffect effect = AtOnce) =>
        new(name, text, effect) { IsString = true };

    private static ConfigKey<T> Duration<T>(
        string name, Func<T, TimeSpan> value, KeyEffect effect = AtOnce, Func<T, bool>? concerns = null) =>
        new(name, record => DurationSyntax.Format(value(record)), effect)
        {
            IsString = true,
            Concerns = concerns ?? (static _ => true),
        };
}
