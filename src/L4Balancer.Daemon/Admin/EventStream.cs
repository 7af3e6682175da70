using System.Globalization;
using System.Text;
using L4Balancer.Daemon.Logging;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// <c>/events</c>: what happens, as server-sent events (HTML, 9.2). First those of the past that are asked for, then a
/// comment <c>: live</c>, then what comes.
/// </summary>
internal sealed class EventStream(EventFeed feed, TimeProvider time) : IAdminRoutes
{
    private const int UsualPast = 100;

    /// <summary>Of the connections that there may be of a kind, so that some are left for all else.</summary>
    private const int MostStreams = 24;
    private const int MostControlStreams = 8;

    /// <summary>Without a word a proxy takes a connection for dead, and nobody sees that a client has gone.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    private readonly int[] _open = new int[2]; // Over TCP, and over the control socket: neither fills the other's.

    /// <inheritdoc/>
    public IReadOnlyList<AdminRoute> Routes => [AdminRoute.GetAsync("/events", AnswerAsync, "last", "follow")];

    private async Task<Answer?> AnswerAsync(AdminRequest request)
    {
        int last = request.QueryNumber("last", 0, EventFeed.Capacity, UsualPast);
        bool follows = request.QueryWord("follow", "true", "false") == "true";
        long from = ResumeAfter(request.Http.Request) is { } seen && seen <= feed.LastId ? seen : feed.LastId - last;
        (int kind, int most) = request.HasFullControl ? (1, MostControlStreams) : (0, MostStreams);
        try
        {
            if (Interlocked.Increment(ref _open[kind]) > most)
            {
                return Answer.Error(
                    StatusCodes.Status503ServiceUnavailable, $"{most} streams of events are open, the limit");
            }

            await StreamAsync(request.Http, from, follows);
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _open[kind]);
        }
    }

    /// <summary>The last event that a client who comes back has seen.</summary>
    /// <exception cref="AdminRefusal">What it says is no number.</exception>
    private static long? ResumeAfter(HttpRequest request)
    {
        string text = request.Headers["Last-Event-ID"].ToString();
        if (text.Length == 0) return null;

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long id) && id < long.MaxValue
            ? id
            : throw new AdminRefusal(
                StatusCodes.Status400BadRequest, "Last-Event-ID must be the id of an event, a whole number");
    }

    private async Task StreamAsync(HttpContext http, long after, bool follows)
    {
        http.Response.ContentType = "text/event-stream";
        AdminPages.WriteCommonHeaders(http.Response);
        if (HttpMethods.IsHead(http.Request.Method)) return;

        after = await WriteNewsAsync(http, after);
        await WriteAsync(http, ": live\n\n");
        if (follows) await FollowAsync(http, after);
    }

    /// <summary>Goes on until the client has gone, or the server ends, which would wait for it.</summary>
    private async Task FollowAsync(HttpContext http, long after)
    {
        CancellationToken serverEnds =
            http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using CancellationTokenSource end =
            CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, serverEnds);
        while (!serverEnds.IsCancellationRequested)
        {
            bool hasNews = await WaitForNewsAsync(after, end.Token);
            http.RequestAborted.ThrowIfCancellationRequested();
            if (hasNews || serverEnds.IsCancellationRequested) after = await WriteNewsAsync(http, after);
            else await WriteAsync(http, ": still here\n\n");
        }

        await WriteNewsAsync(http, after); // What came while the last was written.
    }

    /// <returns>False where nothing has happened for as long as may be silent, or there is an end.</returns>
    private async Task<bool> WaitForNewsAsync(long after, CancellationToken end)
    {
        Task news = feed.NewsAfterAsync(after);
        using CancellationTokenSource wait = CancellationTokenSource.CreateLinkedTokenSource(end);
        Task first = await Task.WhenAny(news, Task.Delay(Silence, time, wait.Token));
        await wait.CancelAsync();
        return first == news;
    }

    /// <returns>The id of the last event that there is.</returns>
    private async Task<long> WriteNewsAsync(HttpContext http, long after)
    {
        StringBuilder text = new();
        long missed = feed.MissedAfter(after);
        if (missed > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"event: events_missed\ndata: {{\"missed\":{missed}}}\n\n");
        }

        foreach (DaemonEvent one in feed.After(after))
        {
            text.Append(
                CultureInfo.InvariantCulture, $"id: {one.Id}\nevent: {one.Name}\ndata: {one.Json}\n\n");
            after = one.Id;
        }

        if (text.Length > 0) await WriteAsync(http, text.ToString());
        return after;
    }

    private static async Task WriteAsync(HttpContext http, string text)
    {
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
