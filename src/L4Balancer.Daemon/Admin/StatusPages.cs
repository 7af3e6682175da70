using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Commands;
using L4Balancer.Daemon.Hosting;
using L4Balancer.Daemon.Logging;
using L4Balancer.Interop;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// How the process, its services and its backends are: <c>/status.json</c>, <c>/services</c>, <c>/backends</c>,
/// <c>/history.json</c>, <c>/ring.json</c>.
/// </summary>
internal sealed class StatusPages(
    Balancer balancer, AdminStatus status, Readiness readiness, ConfigInForce config, HistorySampler history,
    TimeProvider time) : IAdminRoutes
{
    /// <summary>Places of the ring's picture: two for each degree.</summary>
    private const int RingPlaces = 720;

    private readonly DateTimeOffset _started = time.GetUtcNow();
    private readonly long _startedTimestamp = time.GetTimestamp();

    /// <inheritdoc/>
    public IReadOnlyList<AdminRoute> Routes =>
    [
        AdminRoute.GetAsync("/status.json", StatusAsync),
        AdminRoute.Get("/services", _ => Answer.Json(status.Services(), static form => form.IReadOnlyListServiceJson)),
        AdminRoute.GetAsync("/backends", BackendsAsync),
        AdminRoute.Get("/history.json", _ => Answer.Json(history.Read(), static form => form.HistoryJson)),
        AdminRoute.Get("/ring.json", Ring, "pool"),
    ];

    private async Task<Answer?> StatusAsync(AdminRequest request)
    {
        string? notReady = readiness.NotReadyBecause;
        StatusJson all = new(
            VersionCommand.Version,
            Environment.ProcessId,
            LogLines.Time(_started),
            Written.Seconds(time.GetElapsedTime(_startedTimestamp)),
            Written.Word(readiness.Phase),
            notReady is null,
            notReady,
            new UsageJson(balancer.ActiveConnections, balancer.Limits.MaxSessions),
            new UsageJson(OpenDescriptors.Count(), balancer.Limits.MaxDescriptors),
            balancer.Limits.Shards,
            Config(),
            status.Services(),
            await status.BackendsAsync(request.Aborted),
            [.. balancer.PoolStatuses.Select(PoolJson.Of)],
            [.. balancer.Zones.Select(ZoneJson.Of)])
        {
            Sources = Sources(),
        };
        return Answer.Json(all, static form => form.StatusJson);
    }

    private async Task<Answer?> BackendsAsync(AdminRequest request) =>
        Answer.Json(await status.BackendsAsync(request.Aborted), static form => form.IReadOnlyListBackendJson);

    private SourceJson[] Sources() =>
    [
        .. balancer.Sources.Select(static one => new SourceJson(
            one.Pool, one.Source, one.LastSuccess is { } at ? LogLines.Time(at) : null, one.Error)),
    ];

    private LoadedConfigJson Config() => new(
        config.Path,
        LogLines.Time(config.LoadedAt),
        new ReloadCountsJson(config.Succeeded, config.Failed),
        config.Last is { } last
            ? new LastReloadJson(LogLines.Time(last.At), last.IsOk, last.Error, last.Changes, last.Warnings)
            : null);

    private Answer Ring(AdminRequest request)
    {
        string[] pools = [.. balancer.Backends.Select(static one => one.Pool).Distinct()];
        if (request.Query("pool") is not { } pool)
        {
            throw AdminRequest.BadQuery("pool", $"is missing; there is {string.Join(", ", pools)}");
        }

        RingPicture? now = balancer.Ring(pool, previous: false, RingPlaces);
        if (now is null) BackendNames.RequireKnown("pool", pool, [.. pools.Where(one => one != pool)]);
        RingPicture? before = balancer.Ring(pool, previous: true, RingPlaces);
        bool hasChanged = before is { Backends.Count: > 0 } && !IsSame(before, now!);
        RingJson answer = new(
            pool, RingPictureJson.Of(now!), hasChanged ? RingPictureJson.Of(before!) : null);
        return Answer.Json(answer, static form => form.RingJson);
    }

    private static bool IsSame(RingPicture one, RingPicture other) =>
        one.Backends.SequenceEqual(other.Backends) && one.Owners.SequenceEqual(other.Owners);
}
