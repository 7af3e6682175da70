using System.Globalization;
using L4Balancer.Daemon.Hosting;
using L4Balancer.Daemon.Metrics;
using Microsoft.AspNetCore.Http;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// What other programs ask at intervals: <c>/metrics</c>, <c>/healthz</c>, <c>/ready</c>. They may add what they like
/// to the query.
/// </summary>
internal sealed class ProbePages(Balancer balancer, Readiness readiness, PrometheusExporter exporter) : IAdminRoutes
{
    /// <summary>A shard that has not answered after this long is not alive.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IReadOnlyList<AdminRoute> Routes =>
    [
        AdminRoute.Get("/metrics", _ => Metrics()) with { QueryKeys = null },
        AdminRoute.GetAsync("/healthz", async _ => await HealthAsync()) with { QueryKeys = null },
        AdminRoute.Get("/ready", _ => Ready()) with { QueryKeys = null },
    ];

    private Answer Metrics() => Answer.Text(exporter.Scrape(), contentType: PrometheusExporter.ContentType);

    private Answer Ready() => readiness.NotReadyBecause is { } reason
        ? Answer.Text($"not ready: {reason}\n", StatusCodes.Status503ServiceUnavailable)
        : Answer.Text("ready\n");

    private async Task<Answer> HealthAsync() => await balancer.AnswersAsync(AnswerTime)
        ? Answer.Text("ok\n")
        : Answer.Text(
            string.Create(
                CultureInfo.InvariantCulture, $"not every shard answered within {AnswerTime.TotalSeconds} s\n"),
            StatusCodes.Status503ServiceUnavailable);
}
