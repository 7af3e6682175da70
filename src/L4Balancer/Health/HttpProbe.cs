using System.Buffers;
using System.Text;
using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>
/// A request by HTTP/1.1, and what is answered: one connection, one request, no redirect. The framework's client would
/// cost three times as much for one request of one connection, and asks again where a server closes it at once.
/// </summary>
internal static class HttpProbe
{
    private const string CutShort = "connection closed before the HTTP answer was complete";

    /// <summary>Connects, opens TLS where it is wanted, and asks. Never throws for what the network does.</summary>
    /// <exception cref="OperationCanceledException">The caller's own token was cancelled.</exception>
    public static Task<ProbeResult> RunAsync(
        ProbeTarget target, TimeProvider time, CancellationToken cancellationToken) =>
        StreamProbe.RunAsync(
            target,
            time,
            async talk =>
            {
                if (!target.Check.Http.Https) return await AskAsync(talk, target, "");

                TlsFinding finding = await TlsOpening.RunAsync(talk, target, time);
                await using Stream secured = talk.Stream;
                ProbeResult result = finding.Problem is { } problem
                    ? new ProbeResult(false, problem)
                    : await AskAsync(talk, target, $", {finding.CertificateText}");
                return result with { CertificateExpiry = finding.Expiry };
            },
            cancellationToken);

    private static async Task<ProbeResult> AskAsync(ProbeTalk talk, ProbeTarget target, string certificate)
    {
        HttpProbeConfig check = target.Check.Http;
        talk.Awaited = "connected, but no HTTP answer";
        await talk.Stream.WriteAsync(Request(target), talk.Token);
        using AnswerBuffer answer = new();
        (HttpHead head, string? problem) = await ReadHeadAsync(talk, answer);
        if (problem is not null) return new ProbeResult(false, $"{problem} after {talk.Clock}");

        if (!check.Status.Contains(head.Status))
        {
            return new ProbeResult(false, $"expected {check.Status}, got {head.Status} after {talk.Clock}");
        }

        if (!check.Body.IsEmpty && await ReadBodyAsync(talk, answer, head, check.Body) is { } failure)
        {
            return new ProbeResult(false, $"{failure} after {talk.Clock}");
        }

        return new ProbeResult(true, $"{head.Status} after {talk.Clock}{certificate}");
    }

    private static byte[] Request(ProbeTarget target)
    {
        HttpProbeConfig check = target.Check.Http;
        string length = check.Method == "POST" ? "Content-Length: 0\r\n" : "";
        return Encoding.ASCII.GetBytes(
            $"{check.Method} {check.Path} HTTP/1.1\r\nHost: {HostFor(target)}\r\nUser-Agent: l4balancer\r\n"
            + $"Accept: */*\r\n{length}Connection: close\r\n\r\n");
    }

    private static string HostFor(ProbeTarget target)
    {
        HealthConfig check = target.Check;
        if (check.Http.Host.Length > 0) return check.Http.Host;

        return check.UsesTls && check.Tls.Name.Length > 0 ? check.Tls.Name : target.Endpoint.ToString();
    }

    /// <summary>Reads the head, past those that only say that another will follow.</summary>
    private static async Task<(HttpHead Head, string? Problem)> ReadHeadAsync(ProbeTalk talk, AnswerBuffer answer)
    {
        while (true)
        {
            bool? isHead = HttpHead.TryRead(answer.Bytes, out HttpHead head);
            if (isHead == false) return (head, $"the answer is not HTTP: {AnswerQuote.Of(answer.Bytes)}");

            if (isHead == true)
            {
                answer.Drop(head.Bytes);
                if (!head.IsInterim) return (head, null);

                continue;
            }

            AnswerEnd? end = await answer.ReadMoreAsync(talk.Stream, talk.Token);
            if (end == AnswerEnd.Full) return (head, "HTTP headers without end");
            if (end == AnswerEnd.Closed && answer.Bytes.IsEmpty) return (head, $"{talk.Awaited}: connection closed");
            if (end == AnswerEnd.Closed) return (head, CutShort);
        }
    }

    /// <summary>Reads the body as far as it is needed.</summary>
    /// <returns>What went wrong; null where nothing did.</returns>
    private static async Task<string?> ReadBodyAsync(
        ProbeTalk talk, AnswerBuffer answer, HttpHead head, AnswerPattern expected)
    {
        talk.Awaited = $"{head.Status}, but not the expected body";
        byte[] joined = ArrayPool<byte>.Shared.Rent(AnswerBuffer.MostBytes);
        try
        {
            AnswerEnd? end = null;
            while (true)
            {
                HttpChunks.State state = BodyOf(answer.Bytes, head, joined, out int count);
                if (state == HttpChunks.State.Broken) return $"{head.Status}, but a body in broken chunks";
                if (expected.IsIn(joined.AsSpan(0, count))) return null;

                bool isWhole = state == HttpChunks.State.Whole || (end == AnswerEnd.Closed && head.EndsByClose);
                if (isWhole) return Lacking(head, expected, "the body", joined.AsSpan(0, count));
                if (end == AnswerEnd.Closed) return CutShort;
                if (end == AnswerEnd.Full)
                {
                    return Lacking(head, expected, $"its first {count} bytes", joined.AsSpan(0, count));
                }

                end = await answer.ReadMoreAsync(talk.Stream, talk.Token);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    private static HttpChunks.State BodyOf(ReadOnlySpan<byte> bytes, HttpHead head, Span<byte> body, out int count)
    {
        count = 0;
        if (head.HasNoBody) return HttpChunks.State.Whole;
        if (head.IsChunked) return HttpChunks.Join(bytes, body, out count);

        count = (int)Math.Min(bytes.Length, head.BodyBytes ?? long.MaxValue);
        bytes[..count].CopyTo(body);
        return count == head.BodyBytes ? HttpChunks.State.Whole : HttpChunks.State.Partial;
    }

    private static string Lacking(HttpHead head, AnswerPattern expected, string where, ReadOnlySpan<byte> body) =>
        $"{head.Status}, but no {AnswerQuote.Of(expected)} in {where}: {AnswerQuote.Of(body)}";
}
