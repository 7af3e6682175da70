using L4Balancer.Daemon.Logging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// The admin side over HTTP, within narrow limits: everything over the unix socket, reading over TCP. It is up for as
/// long as the process, so that it also tells of the start and of the drain.
/// </summary>
internal sealed class AdminServer(AdminSockets sockets, AdminPages pages, ILoggerFactory loggers, ILogger logger)
    : IHostedService, IAsyncDisposable
{
    private const int MostTcpConnections = 48;
    private const int MostControlConnections = 16;
    private const int MostHeaders = 64;
    private const int MostHeaderBytes = 16 * 1024;
    private const int MostRequestLineBytes = 4 * 1024;
    private const int LeastBytesPerSecond = 1024;
    private const int LeastAnswerBytesPerSecond = 64 * 1024; // A large answer is held in memory until it is read.

    private static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SlowTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(90); // Longer than a scrape interval.
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(1);

    private WebApplication? _application;

    /// <summary>Where it reads, with the port that the kernel chose where it was 0; null when that is off.</summary>
    public string? Address { get; private set; }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        sockets.Open();
        sockets.Released += () => _ = StopAsync(CancellationToken.None);
        if (sockets.TcpListening?.LocalEndPoint is { } bound) Address = $"http://{bound}";
        if (Address is null && sockets.ControlPath is null) return;

        _application = Build();
        if (!sockets.TakesOver) await AnswerAsync(cancellationToken);
    }

    /// <summary>The process whose place this one takes answers no more, so this one does.</summary>
    public async Task PublishAsync()
    {
        if (_application is null) return;

        try
        {
            sockets.Publish();
            await AnswerAsync(CancellationToken.None);
        }
        catch (Exception failure) when (failure is ControlSocketException or IOException)
        {
            logger.AdminNotPublished(failure.Message); // Clients must not pay for that.
        }
    }

    /// <summary>Ends after everything else has; nobody's long answer holds up the end.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_application is null) return;

        sockets.RemovePath();
        using CancellationTokenSource atOnce = new(EndTime);
        await _application.StopAsync(atOnce.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_application is not null) await _application.DisposeAsync();
        sockets.Close();
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        await _application!.StartAsync(cancellationToken);
        if (Address is { } address) logger.AdminListens(address);
        if (sockets.ControlPath is { } path) logger.AdminListens(path);
    }

    private WebApplication Build()
    {
        // Empty rather than slim: no settings file, no environment variable, no routing, and half the time to start.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<SocketTransportOptions>(
            transport => transport.CreateBoundListenSocket = sockets.For);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Limit(kestrel.Limits);
            if (sockets.TcpListening?.LocalEndPoint is { } bound) kestrel.Listen(bound, Read);
            if (sockets.ControlPath is { } path) kestrel.ListenUnixSocket(path, Control);
        });

        WebApplication application = builder.Build();
        application.Run(pages.AnswerAsync);
        return application;
    }

    private static void Limit(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = RequestBody.MostBytes;
        limits.MaxRequestHeaderCount = MostHeaders;
        limits.MaxRequestHeadersTotalSize = MostHeaderBytes;
        limits.MaxRequestLineSize = MostRequestLineBytes;
        limits.RequestHeadersTimeout = HeaderTime;
        limits.KeepAliveTimeout = IdleTime;
        limits.MinRequestBodyDataRate = new MinDataRate(LeastBytesPerSecond, SlowTime);
        limits.MinResponseDataRate = new MinDataRate(LeastAnswerBytesPerSecond, SlowTime);
    }

    private static void Read(ListenOptions options)
    {
        ConnectionLimit limit = new(MostTcpConnections);
        options.Protocols = HttpProtocols.Http1;
        options.Use(next => connection => limit.LimitAsync(connection, next));
    }

    private static void Control(ListenOptions options)
    {
        ConnectionLimit limit = new(MostControlConnections);
        options.Protocols = HttpProtocols.Http1;
        options.Use(next => connection =>
        {
            connection.Features.Set(FullControl.Instance);
            return limit.LimitAsync(connection, next);
        });
    }

    /// <summary>Signals belong to the process's own host.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
