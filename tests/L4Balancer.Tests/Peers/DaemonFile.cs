using System.Net;
using L4Balancer.Tests.Processes;

namespace L4Balancer.Tests.Peers;

/// <summary>A configuration file with one service on a free port of 127.0.0.1, in front of some backends.</summary>
internal sealed record DaemonFile(params IEnumerable<string> Backends)
{
    public DaemonFile(params IEnumerable<IPEndPoint> backends)
        : this(backends.Select(static backend => backend.ToString()))
    {
    }

    /// <summary>The service's port, for every address that it listens on.</summary>
    public int Port { get; init; } = UnusedPort.Next();

    public int AdminPort { get; init; } = UnusedPort.Next();

    public int Shards { get; init; } = 2;

    /// <summary>Where the service listens, each before <see cref="Port"/>.</summary>
    public string[] Hosts { get; init; } = ["127.0.0.1"];

    /// <summary>The service's protocol.</summary>
    public string Protocol { get; init; } = "tcp";

    /// <summary>Where the daemon runs; null is where the tests do.</summary>
    public NetworkNamespace? Network { get; init; }

    /// <summary>Which flows leave a record.</summary>
    public string Flows { get; init; } = "all";

    /// <summary>More lines of <c>[global]</c>.</summary>
    public string Global { get; init; } = "";

    /// <summary>More lines of the service, tables last.</summary>
    public string Service { get; init; } = "";

    /// <summary>Where clients connect to by IPv4.</summary>
    public IPEndPoint Address => new(IPAddress.Loopback, Port);

    public string Text =>
        $"""
        [global]
        shards = {Shards}
        {Global}
        [log]
        flows = "{Flows}"
        [admin]
        listen = "127.0.0.1:{AdminPort}"
        [service.test]
        listen = [{string.Join(", ", Hosts.Select(host => $"\"{host}:{Port}\""))}]
        backends = [{string.Join(", ", Backends.Select(static backend => $"\"{backend}\""))}]
        protocol = "{Protocol}"
        {Service}
        """;
}
