namespace L4Balancer.Backends;

/// <content>Where it stands among the backends of its pool.</content>
internal sealed partial class Backend
{
    private volatile int _tier = config.Tier;
    private volatile string _zone = config.Zone;
    private volatile BackendUse _use;
    private volatile bool _shifted;
    private volatile bool _forced;

    /// <summary>Backends of a lower one come first: the configured priority, then the backups.</summary>
    public int Tier => _tier;

    /// <summary>The zone that it is in; empty for none.</summary>
    public string Zone => _zone;

    /// <summary>What its pool makes of it while it is available, as of the last publish.</summary>
    public BackendUse Use => _use;

    /// <summary>Its zone was taken out by the operator.</summary>
    public bool IsShifted => _shifted;

    /// <summary>Its pool uses it whatever probes and failures say of it.</summary>
    public bool IsForced => _forced;

    /// <summary>Says what its pool makes of it. Control plane.</summary>
    internal void SetUse(BackendUse use) => _use = use;

    /// <summary>Its zone is taken out, or back. Control plane.</summary>
    internal void SetShifted(bool shifted) => _shifted = shifted;

    /// <summary>Its pool uses it whatever its probes say, or does so no longer. Control plane.</summary>
    internal void SetForced(bool forced) => _forced = forced;
}
