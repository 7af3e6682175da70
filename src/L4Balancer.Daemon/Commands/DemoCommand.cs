using System.CommandLine;
using L4Balancer.Config;
using L4Balancer.Daemon.Demo;
using L4Balancer.Daemon.Hosting;
using L4Balancer.Net;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace L4Balancer.Daemon.Commands;

/// <summary>
/// <c>l4balancer demo</c>: a balancer with backends of its own, to see it work without anything else.
/// </summary>
internal static class DemoCommand
{
    /// <summary>Name of the service that takes connections.</summary>
    public const string TcpService = "demo";

    /// <summary>Name of the service that takes datagrams.</summary>
    public const string UdpService = "demo-udp";

    private const int ServicePort = 8080;
    private const int AdminPort = 9191;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("demo", "Start a balancer with three backends in one process and show what it does");
        command.SetAction((_, _) => RunAsync());
        return command;
    }

    private static async Task<int> RunAsync()
    {
        HelloBackend[] backends = [new("a"), new("b"), new("c")];
        int exitCode = await DaemonHost.RunAsync(Configure(backends), builder =>
        {
            builder.Services.AddSingleton(AnsiConsole.Console);
            builder.Services.AddHostedService<DemoView>();
        });
        foreach (HelloBackend backend in backends) await backend.DisposeAsync();
        return exitCode;
    }

    private static BalancerConfig Configure(HelloBackend[] backends)
    {
        ListenAddress listen = new(FreePort.OnLoopback(ServicePort, alsoUdp: true));
        return new BalancerConfig
        {
            Global = new GlobalConfig { ShutdownDrain = TimeSpan.Zero },
            Log = new LogConfig { Level = LogLevelName.Warning, Flows = FlowLogFilter.None },
            Admin = new AdminConfig { Listen = FreePort.OnLoopback(AdminPort), Socket = null },
            Services =
            [
                new ServiceConfig { Name = TcpService, Listen = [listen], Pool = Pool(TcpService, backends, new()) },
                new ServiceConfig
                {
                    Name = UdpService,
                    Listen = [listen],
                    Protocol = FlowProtocol.Udp,
                    Timeouts = new TimeoutConfig { Idle = TimeoutConfig.UdpIdle },
                    Pool = Pool(UdpService, backends, new() { Type = ProbeType.Udp, Send = "probe"u8.ToArray() }),
                },
            ],
        };
    }

    private static PoolConfig Pool(string name, HelloBackend[] backends, HealthConfig health) => new()
    {
        Name = name,
        Health = health,
        Backends =
        [
            .. backends.Select(backend => new BackendConfig
            {
                Name = backend.Name,
                Host = backend.EndPoint.Address.ToString(),
                Port = (ushort)backend.EndPoint.Port,
            }),
        ],
    };
}
