using System.Globalization;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Daemon.Admin;
using L4Balancer.Daemon.Logging;
using L4Balancer.Shards;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Hosting;

/// <summary>
/// Gives this process's listening sockets to a successor that asks for them over the admin socket, and ends this
/// process once that one can serve. <see cref="TakeoverLines"/> is the protocol.
/// </summary>
internal sealed class TakeoverServer(
    Balancer balancer, AdminSockets admin, Retirement retirement, DrainControl drain, SignalLifetime lifetime,
    ILogger logger)
    : IAdminRoutes
{
    private const int MostLineBytes = 64;

    /// <summary>Longest start of a successor, for the first round of its probes.</summary>
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(5);

    private int _underWay;

    /// <inheritdoc/>
    public IReadOnlyList<AdminRoute> Routes => [AdminRoute.Post(TakeoverLines.Path, AnswerAsync)];

    private async Task<Answer?> AnswerAsync(AdminRequest request)
    {
        HttpContext http = request.Http;
        IHttpUpgradeFeature? upgrade = http.Features.Get<IHttpUpgradeFeature>();
        Socket? socket = http.Features.Get<IConnectionSocketFeature>()?.Socket;
        bool isAsked =
            upgrade is { IsUpgradableRequest: true } && http.Request.Headers.Upgrade == TakeoverLines.Protocol;
        if (!isAsked || socket is null)
        {
            throw new AdminRefusal(
                StatusCodes.Status426UpgradeRequired, "this is for 'l4balancer run --takeover', which says Upgrade");
        }

        if (!retirement.IsServing)
        {
            throw new AdminRefusal(
                StatusCodes.Status409Conflict,
                "the running daemon starts, drains or ends; try again once it serves, or stop it and start this one");
        }

        if (Interlocked.Exchange(ref _underWay, 1) == 1)
        {
            throw new AdminRefusal(StatusCodes.Status409Conflict, "another takeover is under way; wait for its end");
        }

        try
        {
            http.Response.Headers.Upgrade = TakeoverLines.Protocol;
            await using Stream lines = await upgrade!.UpgradeAsync();
            using CancellationTokenSource tooLong = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted);
            tooLong.CancelAfter(LongestStart);
            await GiveAsync(socket, lines, tooLong.Token);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            logger.TakeoverGivenUp(gone.Message);
        }
        finally
        {
            Volatile.Write(ref _underWay, 0);
        }

        return null;
    }

    /// <exception cref="IOException">The successor has gone.</exception>
    private async Task GiveAsync(Socket socket, Stream lines, CancellationToken cancellationToken)
    {
        int fd = (int)socket.Handle;
        logger.TakeoverBegins();
        await ExpectAsync(lines, TakeoverLines.Send, cancellationToken);
        ListeningDescriptor[] given = [.. balancer.ListeningDescriptors];
        IEnumerable<GivenDescriptor> all = given.Select(static one => new GivenDescriptor(one.Name, one.Fd));
        if (admin.TcpListening is { } tcp)
        {
            all = all.Append(new GivenDescriptor(TakeoverLines.AdminSocket, (int)tcp.Handle));
        }

        foreach (GivenDescriptor[] some in all.Chunk(Interop.DescriptorPassing.MaxDescriptors))
        {
            string names = string.Join(':', some.Select(static one => one.Name));
            TakeoverLines.Write(fd, TakeoverLines.Sockets + names, [.. some.Select(static one => one.Fd)]);
            await ExpectAsync(lines, TakeoverLines.Next, cancellationToken);
        }

        string self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        TakeoverLines.Write(fd, TakeoverLines.End + self);
        await ExpectAsync(lines, TakeoverLines.Ready, cancellationToken);
        if (await retirement.LeaveAsync(() => HasGone(socket) ?? Refusal(given)) is { } reason)
        {
            TakeoverLines.Write(fd, TakeoverLines.Refused + reason);
            throw new IOException(reason);
        }

        logger.TakeoverDone();
        admin.Release();
        try
        {
            TakeoverLines.Write(fd, TakeoverLines.Yours);
        }
        finally
        {
            await drain.BeginAsync(TimeSpan.Zero); // Nothing is taken any more, whatever becomes of the successor.
            lifetime.End("a successor has taken over");
        }
    }

    /// <summary>It says nothing more before it is told to go on: what can be read then is its end.</summary>
    private static string? HasGone(Socket socket) =>
        socket.Poll(0, SelectMode.SelectRead) ? "the successor ended after it was ready" : null;

    /// <summary>Why the successor must not go on, although it could.</summary>
    private string? Refusal(ListeningDescriptor[] given) =>
        balancer.ListeningDescriptors.SequenceEqual(given) || !retirement.IsServing
            ? null : "a reload has changed what the running daemon listens on; try again";

    /// <exception cref="IOException">The successor says something else, or has gone.</exception>
    private static async Task ExpectAsync(Stream lines, string expected, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[MostLineBytes];
        for (int held = 0; held < bytes.Length; held++)
        {
            // One by one: what follows belongs to the next line.
            if (await lines.ReadAsync(bytes.AsMemory(held, 1), cancellationToken) == 0)
            {
                throw new IOException("the successor ended before it was ready");
            }

            if (bytes[held] != '\n') continue;

            string line = Encoding.UTF8.GetString(bytes, 0, held);
            if (line == expected) return;
            throw new IOException($"the successor said '{line}' where '{expected}' was expected");
        }

        throw new IOException("the successor sent a line without an end");
    }
}
