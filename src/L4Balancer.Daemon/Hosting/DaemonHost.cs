using L4Balancer.Config;
using L4Balancer.Daemon.Admin;
using L4Balancer.Daemon.Commands;
using L4Balancer.Daemon.Logging;
using L4Balancer.Daemon.Metrics;
using L4Balancer.Daemon.Systemd;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Hosting;

/// <summary>
/// The process around a balancer: log, signals, systemd, admin side. Hosted services start in order and stop in
/// reverse.
/// </summary>
internal static class DaemonHost
{
    private const string MetricPrefix = "l4balancer_";

    /// <summary>Balances until a signal. A start that fails is told in one line.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="extend">Adds to the process what only one command has.</param>
    /// <param name="path">The configuration's file, which is read again by a reload; null where there is none.</param>
    /// <param name="takesOver">It takes the place of the daemon that runs.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(
        BalancerConfig config, Action<HostApplicationBuilder>? extend = null, string? path = null,
        bool takesOver = false)
    {
        try
        {
            // Before the host: where descriptors are too few the runtime cannot even load its libraries.
            _ = BalancerLimits.Of(config);
            IHost host = Build(config, path, Inheritance.Take(config, takesOver), extend);
            await using ((IAsyncDisposable)host) await RunAsync(host);
            return ExitCodes.Ok;
        }
        catch (BalancerStartException failure)
        {
            Console.Error.WriteLine($"{CommandLine.ProgramName}: {failure.Message}");
            return ExitCodes.Invalid;
        }
    }

    private static async Task RunAsync(IHost host)
    {
        IHostApplicationLifetime lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        try
        {
            await host.StartAsync();
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return; // A signal during start-up: nothing has been accepted yet.
        }

        await host.WaitForShutdownAsync();
    }

    private static IHost Build(
        BalancerConfig config, string? path, Inheritance inheritance, Action<HostApplicationBuilder>? extend)
    {
        // Empty: no appsettings.json of the working directory and no environment variable changes what the file says.
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        LogSetup.Apply(builder.Logging, config.Log);

        IServiceCollection services = builder.Services;
        services.Configure<HostOptions>(static options =>
        {
            options.ShutdownTimeout = Timeout.InfiniteTimeSpan; // The drain has its own.
            options.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore; // Flows go on.
        });
        services.AddSingleton(config);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider =>
            provider.GetRequiredService<ILoggerFactory>().CreateLogger(LogSetup.Category));
        services.AddSingleton(_ => new SystemdNotifier(Environment.GetEnvironmentVariable("NOTIFY_SOCKET")));
        services.AddSingleton<SignalLifetime>();
        services.AddSingleton<IHostLifetime>(provider => provider.GetRequiredService<SignalLifetime>());
        services.AddSingleton<Balancer>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<ChangeGate>();
        services.AddSingleton<DrainControl>();
        services.AddSingleton<Retirement>();
        services.AddSingleton<Succession>();
        services.AddSingleton(inheritance);
        services.AddSingleton(provider => new SocketStore(
            provider.GetRequiredService<SystemdNotifier>(),
            SocketStore.RoomOf(Environment.GetEnvironmentVariable("FDSTORE")),
            provider.GetRequiredService<ILogger>()));
        services.AddSingleton(provider => new ConfigInForce(path, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Reloader>();

        // First: once the service is told to be ready, a hangup must not end it.
        if (path is not null) services.AddHostedService<HangupReload>();
        AddMetrics(services);
        AddAdmin(services, config.Admin, inheritance);
        AddWatchdog(services);
        AddFlowRecords(services, config.Log);
        services.AddHostedService<BalancerWorker>();
        extend?.Invoke(builder);
        return builder.Build();
    }

    private static void AddMetrics(IServiceCollection services)
    {
        services.AddSingleton<ProcessMetrics>();
        services.AddSingleton<CollectorMetrics>();
        services.AddSingleton<DaemonMetrics>();
        services.AddSingleton(provider => new PrometheusExporter(
            provider.GetRequiredService<ILogger>(),
            (LogSetup.Category, MetricPrefix),
            (DaemonMetrics.MeterName, MetricPrefix),
            (ProcessMetrics.MeterName, ""),
            (CollectorMetrics.MeterName, "")));
    }

    private static void AddAdmin(IServiceCollection services, AdminConfig config, Inheritance inheritance)
    {
        services.AddSingleton(config);
        services.AddSingleton(static provider =>
        {
            Balancer balancer = provider.GetRequiredService<Balancer>();
            return new HistorySampler(
                () => balancer.ServiceStatuses, provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton<AdminStatus>();
        services.AddSingleton<IAdminRoutes, HtmlPage>();
        services.AddSingleton<IAdminRoutes, ProbePages>();
        services.AddSingleton<IAdminRoutes, StatusPages>();
        services.AddSingleton<IAdminRoutes, ConnectionsPages>();
        services.AddSingleton<IAdminRoutes, EventStream>();
        services.AddSingleton<IAdminRoutes, ConfigPages>();
        services.AddSingleton<IAdminRoutes, BackendChanges>();
        services.AddSingleton<IAdminRoutes, ZonePages>();
        services.AddSingleton<IAdminRoutes, TakeoverServer>();
        services.AddSingleton(provider => new AdminSockets(config, provider.GetRequiredService<ILogger>())
        {
            Inherited = inheritance.AdminListener,
            TakesOver = inheritance.Takeover is not null,
        });
        services.AddSingleton<AdminPages>();
        services.AddSingleton<AdminServer>();
        services.AddHostedService(provider =>
        {
            // Nothing else asks for these: they publish by existing.
            provider.GetRequiredService<ProcessMetrics>();
            provider.GetRequiredService<CollectorMetrics>();
            provider.GetRequiredService<DaemonMetrics>();
            return provider.GetRequiredService<AdminServer>();
        });
        services.AddHostedService(static provider => provider.GetRequiredService<HistorySampler>());
    }

    private static void AddFlowRecords(IServiceCollection services, LogConfig config)
    {
        if (config.Flows == FlowLogFilter.None) return;

        services.AddHostedService(provider =>
        {
            Balancer balancer = provider.GetRequiredService<Balancer>();
            FlowOutput output = new(
                Console.OpenStandardOutput(), LogSetup.Resolve(config.Format, LogSetup.StandardOutput));
            return new FlowRecordWriter(
                balancer.TakeFlowRecords, () => balancer.FlowRecordsDropped, output,
                provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger>());
        });
    }

    private static void AddWatchdog(IServiceCollection services)
    {
        TimeSpan? interval = WatchdogInterval.Read(
            Environment.GetEnvironmentVariable("WATCHDOG_USEC"),
            Environment.GetEnvironmentVariable("WATCHDOG_PID"),
            Environment.ProcessId);
        if (interval is not { } known) return;

        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<Watchdog>(provider, known));
    }
}
