using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Selection;

namespace L4Balancer.Pools;

/// <summary>Candidates that are picked from together.</summary>
/// <param name="Tier">The tier that they are of.</param>
/// <param name="Use">What that makes of them.</param>
/// <param name="IsForced">They are used whatever probes say.</param>
/// <param name="Candidates">At least one.</param>
internal sealed record CandidateLevel(int Tier, BackendUse Use, bool IsForced, Candidate[] Candidates);

/// <summary>
/// What a pool makes of its backends, in whatever state they are: levels that are asked one after the other. A tier's
/// levels come before those of the next; in a tier the own zone before the others, and the own subset before what is
/// left to other balancers. Pure: the same members give the same levels.
/// </summary>
internal sealed class Composition
{
    private readonly List<CandidateLevel> _levels = [];
    private readonly PoolConfig _config;
    private readonly ZonePreference _zones;

    private Composition(IReadOnlyList<Member> members, PoolConfig config, FleetPlace place)
    {
        _config = config;
        string zone = config.Zones.PreferLocal ? place.Zone : "";
        bool hasParts = zone.Length > 0 || (config.SubsetSize > 0 && place.Size > 1);
        Weights = FineWeights.Of(members, hasParts);
        _zones = new ZonePreference(zone, config.Zones.SpillBelow, Weights);
    }

    /// <summary>In the order in which they are asked.</summary>
    public IReadOnlyList<CandidateLevel> Levels => _levels;

    /// <summary>How the weights of the candidates are written.</summary>
    public FineWeights Weights { get; }

    /// <summary>Why the first level is used whatever probes say.</summary>
    public PanicReason Panic { get; private set; }

    /// <summary>Share of the new flows that leaves the own zone because it is short, 0 to 1.</summary>
    public double Spilled { get; private set; }

    /// <summary>The tier that takes flows; null where none does.</summary>
    public int? Tier => _levels.Count > 0 ? _levels[0].Tier : null;

    /// <summary>Composes a pool.</summary>
    /// <param name="members">Its backends but those whose configuration is not in force yet.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="place">The balancer's place in its fleet.</param>
    public static Composition Of(IReadOnlyList<Member> members, PoolConfig config, FleetPlace place)
    {
        Composition composition = new(members, config, place);
        IReadOnlyList<Member> marked = Subset.Mark(members, config, place);
        bool isOpen = !members.Any(static one => one.IsAvailable) && Pools.Panic.OpensWhenDown(config);
        foreach (Member[] tier in Tiers.InOrder(marked))
        {
            if (isOpen) composition.AddOpen(tier);
            else composition.Add(tier);
        }

        return composition;
    }

    private void Add(Member[] tier)
    {
        Member[] available = [.. tier.Where(static one => one.IsAvailable)];
        if (available.Length == 0) return;

        Member[] own = [.. tier.Where(static one => one.Own > 0)];
        if (_levels.Count > 0 || !Pools.Panic.IsShort(own, _config.PanicThreshold))
        {
            Add(tier, available, isForced: false);
        }
        else if (own.Length < tier.Length && !Pools.Panic.IsShort(tier, _config.PanicThreshold))
        {
            // The own subset is short and the tier is not: rather all of it than backends that are down.
            Member[] whole = [.. tier.Select(static one => one with { Own = 1 })];
            Add(whole, [.. whole.Where(static one => one.IsAvailable)], isForced: false);
        }
        else
        {
            Panic = PanicReason.TooFew;
            Add(tier, [.. tier.Where(static one => one.IsWanted)], isForced: true);
        }
    }

    private void AddOpen(Member[] tier)
    {
        Member[] wanted = [.. tier.Where(static one => one.IsWanted)];
        if (wanted.Length == 0) return;

        Panic = PanicReason.NoneLeft;
        Add(tier, wanted, isForced: true);
    }

    /// <summary>Adds the levels of a tier.</summary>
    private void Add(Member[] tier, Member[] serving, bool isForced)
    {
        int number = tier[0].Tier;
        Member[] own = [.. serving.Where(static one => one.Own > 0)];
        (Candidate[] first, Candidate[] then, double spilled) =
            _zones.Divide(own, tier.Where(static one => one.Own > 0));
        if (_levels.Count == 0) Spilled = spilled;

        AddLevel(number, BackendUse.Standby, isForced, first);
        AddLevel(number, BackendUse.Standby, isForced, then);

        // Nobody's share of a fleet: who takes over does it with all of its weight.
        AddLevel(number, BackendUse.Subset, isForced,
            [.. serving.Where(static one => one.Own <= 0).Select(one => Weights.Candidate(one with { Own = 1 }))]);
    }

    private void AddLevel(int tier, BackendUse use, bool isForced, Candidate[] candidates)
    {
        if (candidates.Length == 0) return;

        use = _levels.Count == 0 ? BackendUse.InUse : use;
        _levels.Add(new CandidateLevel(tier, use, isForced, candidates));
    }
}
