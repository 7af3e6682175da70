using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>
/// A request by HTTP/1.1, and what is answered: one connection, one request, no redirect, no cookie, no proxy.
/// </summary>
internal static class HttpProbe
{
    private const int MostHeaderKilobytes = 16;

    /// <summary>Connects, opens TLS where it is wanted, and asks. Never throws for what the network does.</summary>
    /// <exception cref="OperationCanceledException">The caller's own token was cancelled.</exception>
    public static Task<ProbeResult> RunAsync(
        ProbeTarget target, TimeProvider time, CancellationToken cancellationToken) =>
        StreamProbe.RunAsync(
            target,
            time,
            async talk =>
            {
                if (!target.Check.Http.Https) return await AskAsync(talk, target, null);

                TlsFinding finding = await TlsOpening.RunAsync(talk, target, time);
                await using Stream secured = talk.Stream;
                ProbeResult result = finding.Problem is { } problem
                    ? new ProbeResult(false, problem)
                    : await AskAsync(talk, target, finding);
                return result with { CertificateExpiry = finding.Expiry };
            },
            cancellationToken);

    private static async Task<ProbeResult> AskAsync(ProbeTalk talk, ProbeTarget target, TlsFinding? tls)
    {
        HttpProbeConfig check = target.Check.Http;
        talk.Awaited = "connected, but no HTTP answer";
        using HttpMessageInvoker client = Over(talk.Stream);
        using HttpRequestMessage request = Request(target);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, talk.Token);
            int status = (int)response.StatusCode;
            if (!check.Status.Contains(status))
            {
                return new ProbeResult(false, $"expected {check.Status}, got {status} after {talk.Clock}");
            }

            if (!check.Body.IsEmpty && await ReadBodyAsync(talk, response, check.Body) is { } failure) return failure;

            string certificate = tls is null ? "" : $", {tls.CertificateText}";
            return new ProbeResult(true, $"{status} after {talk.Clock}{certificate}");
        }
        catch (HttpRequestException exception)
        {
            return Explain(exception.HttpRequestError, exception, talk.Clock);
        }
        catch (HttpIOException exception)
        {
            return Explain(exception.HttpRequestError, exception, talk.Clock);
        }
    }

    /// <summary>A client of the one connection that is open; it is closed with the client.</summary>
    private static HttpMessageInvoker Over(Stream connection)
    {
        Stream? unused = connection;
        return new HttpMessageInvoker(new SocketsHttpHandler
        {
            // The client would ask again over another one where the server closes this one at once.
            ConnectCallback = (_, _) => Interlocked.Exchange(ref unused, null) is { } only
                ? ValueTask.FromResult(only)
                : ValueTask.FromException<Stream>(new IOException("a probe has one connection")),
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = MostHeaderKilobytes,
            MaxResponseDrainSize = 0, // What has not been read nobody wants.
            PooledConnectionLifetime = TimeSpan.Zero, // Nothing is kept, and no timer looks after it.
        });
    }

    private static HttpRequestMessage Request(ProbeTarget target)
    {
        HttpProbeConfig check = target.Check.Http;

        // The connection is there already, so that the name has no meaning; the path goes out as it is written.
        UriCreationOptions asWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };
        HttpRequestMessage request = new(
            new HttpMethod(check.Method), new Uri($"http://backend{check.Path}", asWritten));
        request.Headers.Host = HostFor(target);
        request.Headers.ConnectionClose = true;
        request.Headers.TryAddWithoutValidation("User-Agent", "l4balancer");
        return request;
    }

    private static string HostFor(ProbeTarget target)
    {
        HealthConfig check = target.Check;
        if (check.Http.Host.Length > 0) return check.Http.Host;

        return check.UsesTls && check.Tls.Name.Length > 0 ? check.Tls.Name : target.Endpoint.ToString();
    }

    /// <summary>Reads the body as far as it is needed.</summary>
    /// <returns>What went wrong; null where nothing did.</returns>
    private static async Task<ProbeResult?> ReadBodyAsync(
        ProbeTalk talk, HttpResponseMessage response, AnswerPattern expected)
    {
        int status = (int)response.StatusCode;
        talk.Awaited = $"{status}, but not the expected body";
        using AnswerBuffer body = new();
        await using Stream stream = await response.Content.ReadAsStreamAsync(talk.Token);
        AnswerEnd end = await body.ReadAsync(stream, expected, 0, talk.Token);
        if (end == AnswerEnd.Expected) return null;

        string where = end == AnswerEnd.Closed ? "the body" : $"its first {body.Bytes.Length} bytes";
        return new ProbeResult(
            false,
            $"{status}, but no {AnswerQuote.Of(expected)} in {where}: {AnswerQuote.Of(body.Bytes)} after {talk.Clock}");
    }

    private static ProbeResult Explain(HttpRequestError error, Exception exception, ProbeClock clock)
    {
        string what = error switch
        {
            HttpRequestError.InvalidResponse => "the answer is not HTTP",
            HttpRequestError.ResponseEnded => "connection closed before the HTTP answer was complete",
            HttpRequestError.ConfigurationLimitExceeded => $"HTTP headers of more than {MostHeaderKilobytes} KiB",
            _ => $"connected, but no HTTP answer: connection {StreamProbe.Broken(exception)}",
        };
        return new ProbeResult(false, $"{what} after {clock}");
    }
}
