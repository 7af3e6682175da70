using L4Balancer.Config;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Pools;

/// <summary>
/// Tells of a pool what an operator wants to hear once: that it serves or does not, that other backends took over, that
/// probes are set aside. Whoever publishes, one at a time.
/// </summary>
internal sealed class PoolNews(string pool, ILogger logger)
{
    private bool? _serves; // As last told; null before the first publish.
    private int? _tier;
    private PanicReason _panic;
    private bool _spills;

    /// <summary>Something was published.</summary>
    /// <param name="now">What.</param>
    /// <param name="candidates">How many backends may be picked.</param>
    /// <param name="backends">How many there are.</param>
    public void Tell(Composition now, int candidates, int backends)
    {
        bool serves = candidates > 0;
        if (serves != _serves)
        {
            _serves = serves;
            if (serves) logger.PoolServes(pool, candidates, backends);
            else logger.PoolEmpty(pool);
        }

        TellPanic(now.Panic, candidates, backends);
        TellTier(now.Tier);
        TellSpill(now.Spilled);
    }

    /// <summary>The tier in force for people.</summary>
    public static string Words(int tier) => tier == BackendConfig.BackupTier ? "its backups" : $"priority {tier}";

    private void TellPanic(PanicReason reason, int candidates, int backends)
    {
        if (reason == _panic) return;

        _panic = reason;
        if (reason == PanicReason.TooFew) logger.PoolPanics(pool, candidates, backends);
        else if (reason == PanicReason.NoneLeft) logger.PoolOpens(pool, candidates, backends);
        else logger.PoolCalm(pool);
    }

    /// <summary>Where nothing serves the tier that did is remembered.</summary>
    private void TellTier(int? tier)
    {
        if (tier is not { } now || now == _tier) return;

        // At a start there is only something to tell where it is not the first one.
        int before = _tier ?? 0;
        _tier = now;
        if (now > before) logger.PoolFailsOver(pool, Words(now));
        else if (now < before) logger.PoolFailsBack(pool, Words(now));
    }

    private void TellSpill(double share)
    {
        bool spills = share > 0;
        if (spills == _spills) return;

        _spills = spills;
        if (spills) logger.PoolSpills(pool, Math.Round(share * 100));
        else logger.PoolSpillsNoMore(pool);
    }
}
