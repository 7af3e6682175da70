using System.Globalization;
using System.Text;
using L4Balancer.Daemon.Hosting;
using L4Balancer.Daemon.Metrics;
using Microsoft.AspNetCore.Http;

namespace L4Balancer.Daemon.Admin;

/// <summary>What the admin side answers. Every path only reads, so that it may be open to whoever may scrape.</summary>
internal sealed class AdminPages(Balancer balancer, Readiness readiness, PrometheusExporter exporter)
{
    private const string PlainText = "text/plain; charset=utf-8";
    private const string AllowedMethods = "GET, HEAD";
    private const string Paths =
        """
        There is nothing here. What there is:
          /metrics   metrics in the Prometheus text format
          /healthz   200 while the process and its data path live, else 503
          /ready     200 while clients should be sent here, else 503 and why

        """;

    /// <summary>A shard that has not answered after this long is not alive.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext request)
    {
        Answer answer = HttpMethods.IsGet(request.Request.Method) || HttpMethods.IsHead(request.Request.Method)
            ? await GetAsync(request.Request.Path.Value)
            : new Answer(StatusCodes.Status405MethodNotAllowed, $"Only {AllowedMethods} are possible.\n");

        HttpResponse response = request.Response;
        if (answer.Status == StatusCodes.Status405MethodNotAllowed) response.Headers.Allow = AllowedMethods;
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        response.Headers.CacheControl = "no-store";

        byte[] body = Encoding.UTF8.GetBytes(answer.Body);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(request.Request.Method)) await response.Body.WriteAsync(body, request.RequestAborted);
    }

    private async Task<Answer> GetAsync(string? path) => path switch
    {
        "/metrics" => new Answer(StatusCodes.Status200OK, exporter.Scrape(), PrometheusExporter.ContentType),
        "/ready" => readiness.NotReadyBecause is { } reason
            ? new Answer(StatusCodes.Status503ServiceUnavailable, $"not ready: {reason}\n")
            : new Answer(StatusCodes.Status200OK, "ready\n"),
        "/healthz" => await balancer.AnswersAsync(AnswerTime)
            ? new Answer(StatusCodes.Status200OK, "ok\n")
            : new Answer(StatusCodes.Status503ServiceUnavailable, string.Create(
                CultureInfo.InvariantCulture, $"not every shard answered within {AnswerTime.TotalSeconds} s\n")),
        _ => new Answer(StatusCodes.Status404NotFound, Paths),
    };

    private readonly record struct Answer(int Status, string Body, string ContentType = PlainText);
}
