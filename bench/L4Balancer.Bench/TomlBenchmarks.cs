using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using L4Balancer.Toml;

namespace L4Balancer.Bench;

/// <summary>What reading a configuration costs: once at the start and once per reload.</summary>
[MemoryDiagnoser]
public class TomlBenchmarks
{
    private const string Typical = """
        include = ["conf.d/*.toml"]

        [global]
        shards          = 0              # 0 = one per core
        max_connections = 20_000
        shutdown_drain  = "30s"          # SIGTERM: stop accepting, let flows end, then close
        hash_seed       = 0x5EED

        [log]
        level  = "info"
        format = "auto"
        flows  = "errors"

        [admin]
        listen = "127.0.0.1:9191"
        socket = "/run/l4balancer/admin.sock"

        [defaults]
        backlog = 4096
        timeouts.connect = "5s"

        [pool.api]
        balance  = "maglev"
        hash_on  = "source"
        backends = [
            "10.0.0.11:8080",
            "10.0.0.12:8080",
            { address = "10.0.0.13:8080", weight = 2 },
            { address = "10.0.0.14:8080", backup = true, max_connections = 500 },
        ]

        [service.web]
        listen   = ["0.0.0.0:443", "[::]:443"]
        pool     = "api"
        max_load = 1.25
        [service.web.timeouts]
        idle       = "10m"
        half_close = "30s"
        [service.web.health]
        type     = "http"
        path     = "/healthz"
        interval = "2s"
        rise     = 2
        fall     = 3
        jitter   = 0.1
        [service.web.proxy_protocol]
        accept = "required"
        from   = ["192.0.2.0/24", "2001:db8::/32"]
        send   = "v2"

        # Resolvers: many short sessions.
        [service.dns]
        listen   = "0.0.0.0:53"
        protocol = "udp"
        health   = { type = "udp", send = "\u0000\u0001", interval = "5s" }
        udp      = { responses = 1, max_sessions = 100_000 }
        [[service.dns.backend]]
        address = "10.0.1.11:53"
        [[service.dns.backend]]
        address = "10.0.1.12:53"
        weight  = 3
        """;

    private readonly byte[] _typical = Encoding.UTF8.GetBytes(Typical);
    private readonly byte[] _thousandServices = Encoding.UTF8.GetBytes(Services(1_000));

    [Benchmark(Baseline = true)]
    public TomlTable TypicalFile() => TomlReader.Read(_typical);

    [Benchmark]
    public TomlTable ThousandServices() => TomlReader.Read(_thousandServices);

    private static string Services(int count)
    {
        StringBuilder text = new();
        for (int i = 0; i < count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                [service.s{{i}}]
                listen   = "0.0.0.0:{{10_000 + i}}"
                balance  = "ring"
                backends = [
                    "10.0.{{i / 250}}.{{i % 250}}:8080",
                    { address = "10.1.{{i / 250}}.{{i % 250}}:8080", weight = 2 },
                ]
                [service.s{{i}}.health]
                type     = "tcp"
                interval = "2s"


                """);
        }

        return text.ToString();
    }
}
