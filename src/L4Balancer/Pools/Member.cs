using L4Balancer.Backends;

namespace L4Balancer.Pools;

/// <summary>A backend as one composition sees it: everything that may change meanwhile is read once.</summary>
internal sealed record Member
{
    /// <summary>The backend.</summary>
    public required Backend Backend { get; init; }

    /// <summary>Lower ones come first.</summary>
    public int Tier { get; init; }

    /// <summary>Its zone; empty for none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>The weight in force, 0 to 256.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>The weight that the configuration gives it, 0 to 256.</summary>
    public int Configured { get; init; } = 1;

    /// <summary>Percent of the weight that counts now, 1 to 100.</summary>
    public int Factor { get; init; } = 100;

    /// <summary>The operator lets it take flows.</summary>
    public bool IsWanted { get; init; } = true;

    /// <summary>It is wanted, and neither probes nor failures speak against it.</summary>
    public bool IsAvailable { get; init; } = true;

    /// <summary>The part of it that is this balancer's own, 0 to 1; the rest is left to others of the fleet.</summary>
    public double Own { get; init; } = 1;

    /// <summary>Reads a backend.</summary>
    public static Member Read(Backend backend)
    {
        bool isAvailable = backend.IsAvailable;
        return new Member
        {
            Backend = backend,
            Tier = backend.Tier,
            Zone = backend.Zone,
            Weight = backend.Weight,
            Configured = backend.ConfiguredWeight,
            Factor = backend.WeightPercent,
            IsWanted = isAvailable || backend.IsWanted,
            IsAvailable = isAvailable,
        };
    }
}
