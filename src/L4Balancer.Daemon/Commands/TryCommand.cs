using System.CommandLine;
using System.CommandLine.Parsing;
using L4Balancer.Config;
using L4Balancer.Daemon.Configuration;
using L4Balancer.Daemon.Hosting;
using L4Balancer.Net;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer try</c>: balances without a file, everything at its default, and logs every flow.</summary>
internal static class TryCommand
{
    private const string ServiceName = "try";

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<IReadOnlyList<ListenAddress>> listen = new("--listen")
        {
            Description = "Where clients connect to, as in 127.0.0.1:8080 or *:80",
            HelpName = "ADDRESS",
            Required = true,
            CustomParser = ParseListen,
        };
        Option<IReadOnlyList<BackendConfig>> to = new("--to")
        {
            Description = "A backend, as in 10.0.0.11:8080; give one or more",
            HelpName = "ADDRESS",
            Required = true,
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
            CustomParser = ParseBackends,
        };
        Option<bool> udp = new("--udp") { Description = "Balance UDP instead of TCP" };

        Command command = new("try", "Balance without a configuration file and log every flow") { listen, to, udp };
        command.Validators.Add(parsed => RefuseLoop(parsed, listen, to));
        command.SetAction((parsed, _) => DaemonHost.RunAsync(
            Configure(parsed.GetRequiredValue(listen), parsed.GetRequiredValue(to), parsed.GetValue(udp))));
        return command;
    }

    /// <summary>Reads both options anew: one that cannot be read has been reported, and has no value.</summary>
    private static void RefuseLoop(CommandResult parsed, Option listen, Option to)
    {
        List<ListenAddress> addresses = [];
        foreach (Token token in parsed.GetResult(listen)?.Tokens ?? [])
        {
            if (AddressSyntax.ParseListen(token.Value, out IReadOnlyList<ListenAddress> some) is null)
            {
                addresses.AddRange(some);
            }
        }

        List<BackendConfig> backends = [];
        foreach (Token token in parsed.GetResult(to)?.Tokens ?? [])
        {
            if (AddressSyntax.ParseBackend(token.Value, out string host, out ushort port) is not null) continue;

            backends.Add(new BackendConfig { Name = token.Value, Host = host, Port = port });
        }

        IReadOnlyList<ServiceConfig> services = Configure(addresses, backends, isUdp: false).Services;
        if (LoopRules.Problem(services[0], services) is { } problem) parsed.AddError($"--to: {problem}");
    }

    private static IReadOnlyList<ListenAddress> ParseListen(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (AddressSyntax.ParseListen(text, out IReadOnlyList<ListenAddress> addresses) is { } problem)
        {
            argument.AddError($"--listen: {problem}");
        }

        return addresses;
    }

    private static List<BackendConfig> ParseBackends(ArgumentResult argument)
    {
        List<BackendConfig> backends = [];
        foreach (string text in argument.Tokens.Select(token => token.Value))
        {
            if (AddressSyntax.ParseBackend(text, out string host, out ushort port) is { } problem)
            {
                argument.AddError($"--to: {problem}");
            }
            else if (backends.Exists(backend => backend.Name == text))
            {
                argument.AddError($"--to: \"{text}\" is given twice");
            }
            else
            {
                backends.Add(new BackendConfig { Name = text, Host = host, Port = port });
            }
        }

        return backends;
    }

    /// <summary>The configuration that the options stand for.</summary>
    internal static BalancerConfig Configure(
        IReadOnlyList<ListenAddress> listen, IReadOnlyList<BackendConfig> backends, bool isUdp)
    {
        ServiceConfig service = new()
        {
            Name = ServiceName,
            Listen = listen,
            Pool = new PoolConfig { Name = ServiceName, Backends = backends },
        };
        return new BalancerConfig
        {
            Log = new LogConfig { Flows = FlowLogFilter.All },
            Admin = new AdminConfig { Listen = null, Socket = null },
            Services = [isUdp ? OverUdp(service) : service],
        };
    }

    /// <summary>What a file with <c>protocol = "udp"</c> and nothing else comes to.</summary>
    private static ServiceConfig OverUdp(ServiceConfig service) => service with
    {
        Protocol = FlowProtocol.Udp,
        Timeouts = new TimeoutConfig { Idle = TimeoutConfig.UdpIdle },
        Pool = service.Pool with { Health = new HealthConfig { Type = ProbeType.None } },
    };
}
