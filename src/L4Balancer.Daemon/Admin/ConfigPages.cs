using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Configuration;
using L4Balancer.Daemon.Hosting;
using Microsoft.AspNetCore.Http;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// The configuration and the life of the process: <c>/config</c>, <c>/config/diff</c>, <c>POST /reload</c>,
/// <c>POST /drain</c>.
/// </summary>
internal sealed class ConfigPages(Balancer balancer, ConfigInForce inForce, Reloader reloader, DrainControl drain)
    : IAdminRoutes
{
    private const double MostNoticeSeconds = 3600;

    /// <inheritdoc/>
    public IReadOnlyList<AdminRoute> Routes =>
    [
        AdminRoute.Get("/config", _ => Answer.Text(ConfigPrinter.Print(balancer.Config))),
        AdminRoute.Get("/config/diff", _ => Diff()),
        AdminRoute.Post("/reload", ReloadAsync),
        AdminRoute.Post("/drain", DrainAsync),
    ];

    private Answer Diff()
    {
        string path = inForce.Path ?? throw new AdminRefusal(
            StatusCodes.Status409Conflict, "this daemon runs without a configuration file");
        ConfigFile file = ConfigFile.Load(path);
        ConfigDiff? diff = file.Config is { } next ? ConfigDiff.Between(balancer.Config, next) : null;
        ConfigDiffJson answer = new(
            path,
            diff?.Changes ?? [],
            diff?.Warnings ?? [],
            [
                .. balancer.Zones.Where(static one => one.IsAway).Select(static one => $"zone {one.Name} is away"),
                .. balancer.Backends.Where(static one => !one.IsRemoved).SelectMany(SetAtRunTime),
            ],
            FileProblemJson.Of(path, file.Problems));
        return Answer.Json(answer, static form => form.ConfigDiffJson);
    }

    private static IEnumerable<string> SetAtRunTime(BackendStatus backend)
    {
        string name = BackendNames.Full(backend);
        if (backend.Admin != AdminState.Ready) yield return $"backend {name} is in {Written.Word(backend.Admin)}";
        if (backend.Weight != backend.ConfiguredWeight)
        {
            yield return $"backend {name} has weight {backend.Weight}, the file says {backend.ConfiguredWeight}";
        }
    }

    private async Task<Answer?> ReloadAsync(AdminRequest request)
    {
        await RequestBody.ReadAsync(request);
        ReloadResult result = await reloader.ReloadAsync(request.Aborted);
        if (result.IsRefused) throw new AdminRefusal(StatusCodes.Status409Conflict, result.Error!);

        ReloadJson answer = new(
            result.IsOk, result.Error, result.Changes, result.Warnings,
            FileProblemJson.Of(inForce.Path!, result.Problems));
        return Answer.Json(
            answer, static form => form.ReloadJson,
            result.IsOk ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    private async Task<Answer?> DrainAsync(AdminRequest request)
    {
        RequestBody body = await RequestBody.ReadAsync(request, "notice_seconds");
        double? seconds = body.Number("notice_seconds", 0, MostNoticeSeconds);
        TimeSpan notice = seconds is { } given ? TimeSpan.FromSeconds(given) : balancer.Config.Global.DrainNotice;
        ProcessPhase phase = await drain.BeginAsync(notice);
        return Answer.Json(
            new DrainJson(Written.Word(phase), balancer.ActiveConnections), static form => form.DrainJson,
            StatusCodes.Status202Accepted);
    }
}
