using L4Balancer.Config;
using L4Balancer.Daemon.Logging;
using L4Balancer.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// The admin side over HTTP: read-only, within narrow limits, and up for as long as the process, so that it also
/// tells of
/// the start and of the drain.
/// </summary>
internal sealed class AdminServer(BalancerConfig config, AdminPages pages, ILoggerFactory loggers, ILogger logger)
    : IHostedService, IAsyncDisposable
{
    private const int MostConnections = 64;
    private const int MostHeaders = 64;
    private const int MostHeaderBytes = 16 * 1024;
    private const int MostRequestLineBytes = 4 * 1024;

    private static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(90); // Longer than a scrape interval.
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(1);

    private WebApplication? _application;

    /// <summary>Where it listens, with the port that the kernel chose where it was 0; null when it is off.</summary>
    public string? Address { get; private set; }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (config.Admin.Listen is not { } listen) return;

        _application = Build(listen);
        try
        {
            await _application.StartAsync(cancellationToken);
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            throw new BalancerStartException(
                $"admin.listen {listen} is in use; 'ss -ltnp' shows by whom. Choose another, or \"\" for none");
        }
        catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException)
        {
            throw new BalancerStartException($"admin.listen {listen} cannot be opened: {failure.Message}");
        }

        Address = _application.Urls.First();
        logger.AdminListens(Address);
    }

    /// <summary>Ends after everything else has; nobody's long answer holds up the end.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_application is null) return;

        using CancellationTokenSource atOnce = new(EndTime);
        await _application.StopAsync(atOnce.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_application is not null) await _application.DisposeAsync();
    }

    private WebApplication Build(IpEndpoint listen)
    {
        // Empty rather than slim: no settings file, no environment variable, no routing, and half the time to start.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestHeaderCount = MostHeaders;
            kestrel.Limits.MaxRequestHeadersTotalSize = MostHeaderBytes;
            kestrel.Limits.MaxRequestLineSize = MostRequestLineBytes;
            kestrel.Limits.RequestHeadersTimeout = HeaderTime;
            kestrel.Limits.KeepAliveTimeout = IdleTime;
            kestrel.Listen(listen.ToIPEndPoint(), options => options.Protocols = HttpProtocols.Http1);
        });

        WebApplication application = builder.Build();
        application.Run(pages.AnswerAsync);
        return application;
    }

    /// <summary>Signals belong to the process's own host.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
