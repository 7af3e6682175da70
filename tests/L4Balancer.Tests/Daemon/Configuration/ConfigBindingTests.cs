using L4Balancer.Config;
using L4Balancer.Net;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>What a good file means.</summary>
internal sealed class ConfigBindingTests
{
    [Test]
    public void Parse_ThreeLines_AreAWorkingBalancer()
    {
        BalancerConfig config = Good(
            "[service.web]\nlisten = \"0.0.0.0:80\"\nbackends = [\"10.0.0.11:8080\", \"10.0.0.12:8080\"]");

        ServiceConfig service = config.Services.Single();
        Assert.Multiple(() =>
        {
            Assert.That(config.Global, Is.EqualTo(new GlobalConfig()));
            Assert.That(config.Log, Is.EqualTo(new LogConfig()));
            Assert.That(config.Admin, Is.EqualTo(new AdminConfig()));
            Assert.That(service.Name, Is.EqualTo("web"));
            Assert.That(service.Listen.Select(listen => listen.ToString()), Is.EqualTo(new[] { "0.0.0.0:80" }));
            Assert.That(service.Timeouts, Is.EqualTo(new TimeoutConfig()));
            Assert.That(service.RetryAttempts, Is.EqualTo(3));
            Assert.That(service.Pool.Name, Is.EqualTo("web"));
            Assert.That(service.Pool.Health, Is.EqualTo(new HealthConfig()));
            Assert.That(service.Pool.Ejection, Is.EqualTo(new EjectionConfig()));
            Assert.That(service.Pool.Backends, Is.EqualTo(new[]
            {
                new BackendConfig { Name = "10.0.0.11:8080", Host = "10.0.0.11", Port = 8080 },
                new BackendConfig { Name = "10.0.0.12:8080", Host = "10.0.0.12", Port = 8080 },
            }));
        });
    }

    [Test]
    public void Parse_EveryValue_ArrivesInItsRecord()
    {
        BalancerConfig config = Good(
            """
            global = { shards = 3, max_connections = 1000, shutdown_drain = "5s", drain_notice = "6s", hash_seed = 42 }
            log = { level = "debug", format = "json", flows = "1/50" }
            admin = { listen = "[::1]:9000", socket = "/tmp/admin" }
            [service.web]
            listen = ["127.0.0.1:80", "[::]:80"]
            protocol = "tcp"
            balance = "ring"
            hash_on = "source"
            max_connections = 10
            backlog = 128
            freebind = true
            timeouts = { connect = "1s", idle = "2s", half_close = "3s", lifetime = "4s" }
            health = { type = "none", interval = "5s", timeout = "6s", rise = 7, fall = 8, jitter = 0.25, port = 9 }
            retry.attempts = 10
            ejection = { failures = 11, base = "12s", max = "13s", max_ejected = 1 }
            drain.timeout = "14s"
            [[service.web.backend]]
            address = "[2001:db8::1]:8080"
            [[service.web.backend]]
            address = "web-2.example.net:8080"
            name = "two"
            weight = 0
            """);

        Assert.Multiple(() =>
        {
            Assert.That(config.Global, Is.EqualTo(new GlobalConfig
            {
                Shards = 3, MaxConnections = 1000, ShutdownDrain = TimeSpan.FromSeconds(5),
                DrainNotice = TimeSpan.FromSeconds(6), HashSeed = 42,
            }));
            Assert.That(config.Log, Is.EqualTo(new LogConfig
            {
                Level = LogLevelName.Debug, Format = LogFormat.Json, Flows = new FlowLogFilter(true, 50),
            }));
            Assert.That(config.Admin.Listen.ToString(), Is.EqualTo("[::1]:9000"));
            Assert.That(config.Admin.Socket, Is.EqualTo("/tmp/admin"));
        });
        AssertService(config.Services.Single());
    }

    [TestCase("all", true, 1)]
    [TestCase("errors", true, 0)]
    [TestCase("none", false, 0)]
    [TestCase("1/1", true, 1)]
    [TestCase("1/100", true, 100)]
    public void Parse_Flows_IsAFilter(string text, bool errors, int oneIn) => Assert.That(
        Good($"[log]\nflows = \"{text}\"" + GoodService).Log.Flows, Is.EqualTo(new FlowLogFilter(errors, oneIn)));

    [Test]
    public void Parse_Defaults_StandBetweenTheServiceAndTheRecord()
    {
        BalancerConfig config = Good(
            """
            [defaults]
            backlog = 100
            timeouts = { connect = "1s", idle = "2s" }
            health = { rise = 5, fall = 6 }
            retry.attempts = 7
            [service.web]
            listen = "*:80"
            backends = ["a:1"]
            timeouts.idle = "9s"
            health.fall = 9
            [service.api]
            listen = "*:81"
            pool = "api"
            backlog = 200
            [pool.api]
            backends = ["a:1"]
            health.rise = 8
            """);

        ServiceConfig web = config.Services[0];
        ServiceConfig api = config.Services[1];
        Assert.Multiple(() =>
        {
            Assert.That((web.Backlog, api.Backlog), Is.EqualTo((100, 200)));
            Assert.That((web.RetryAttempts, api.RetryAttempts), Is.EqualTo((7, 7)));
            Assert.That(web.Timeouts, Is.EqualTo(new TimeoutConfig
            {
                Connect = TimeSpan.FromSeconds(1), Idle = TimeSpan.FromSeconds(9),
            }));
            Assert.That(api.Timeouts.Idle, Is.EqualTo(TimeSpan.FromSeconds(2)));
            Assert.That((web.Pool.Health.Rise, web.Pool.Health.Fall), Is.EqualTo((5, 9)));
            Assert.That((api.Pool.Health.Rise, api.Pool.Health.Fall), Is.EqualTo((8, 6)));
        });
    }

    [Test]
    public void Parse_SharedPool_IsTheSameObject()
    {
        BalancerConfig config = Good(
            "[service.a]\nlisten = \"*:1\"\npool = \"p\"\n[service.b]\nlisten = \"*:2\"\npool = \"p\"\n"
            + "[pool.p]\nbackends = [\"a:1\"]");

        Assert.That(config.Services[0].Pool, Is.SameAs(config.Services[1].Pool));
    }

    [Test]
    public void Parse_PortRange_ListensOnEachPort()
    {
        BalancerConfig config = Good("[service.a]\nlisten = \"0.0.0.0:5000-6023\"\nbackends = [\"a:1\"]");
        ServiceConfig service = config.Services.Single();

        Assert.That(service.Listen.Select(listen => (int)listen.Endpoint.Port),
            Is.EqualTo(Enumerable.Range(5000, 1024)));
    }

    [Test]
    public void Parse_Star_TakesBothFamilies() => Assert.That(
        Good("[service.a]\nlisten = \"*:80\"\nbackends = [\"a:1\"]").Services.Single().Listen.Single(),
        Is.EqualTo(new ListenAddress(new IpEndpoint(default, 80), BothFamilies: true)));

    [TestCase("listen")]
    [TestCase("socket")]
    public void Parse_AdminEmpty_TurnsOffThatAlone(string key)
    {
        AdminConfig usual = new();

        Assert.That(Good($"admin.{key} = \"\"" + GoodService).Admin, Is.EqualTo(
            key == "listen" ? usual with { Listen = null } : usual with { Socket = null }));
    }

    [Test]
    public void Parse_Drain_IsAKeyOfPoolsWithADefault()
    {
        BalancerConfig config = Good(
            """
            [defaults]
            drain.timeout = "1m"
            [service.web]
            listen = "*:80"
            backends = ["a:1"]
            [service.api]
            listen = "*:81"
            pool = "api"
            [pool.api]
            backends = ["a:1"]
            drain.timeout = "2m"
            """);

        Assert.That(
            config.Services.Select(service => service.Pool.DrainTimeout.TotalMinutes), Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void Parse_ByteOrderMark_DoesNotShiftColumns() => Assert.That(
        Printed("\uFEFFglobal = 1" + GoodService),
        Does.StartWith(
            "web.toml:1:10: error: 'global' must be a table, not an integer\n"
            + "    1 | global = 1\n      |          ^\n"));

    private static void AssertService(ServiceConfig service) => Assert.Multiple(() =>
    {
        Assert.That(
            service.Listen.Select(listen => listen.ToString()), Is.EqualTo(new[] { "127.0.0.1:80", "[::]:80" }));
        Assert.That((service.MaxConnections, service.Backlog, service.Freebind), Is.EqualTo((10, 128, true)));
        Assert.That(service.RetryAttempts, Is.EqualTo(10));
        Assert.That(service.Pool.HashOn, Is.EqualTo(HashOn.Source));
        Assert.That(service.Timeouts, Is.EqualTo(new TimeoutConfig
        {
            Connect = TimeSpan.FromSeconds(1), Idle = TimeSpan.FromSeconds(2),
            HalfClose = TimeSpan.FromSeconds(3), Lifetime = TimeSpan.FromSeconds(4),
        }));
        Assert.That(service.Pool.Health, Is.EqualTo(new HealthConfig
        {
            Type = ProbeType.None, Interval = TimeSpan.FromSeconds(5), Timeout = TimeSpan.FromSeconds(6),
            Rise = 7, Fall = 8, Jitter = 0.25, Port = 9,
        }));
        Assert.That(service.Pool.Ejection, Is.EqualTo(new EjectionConfig
        {
            Failures = 11, Base = TimeSpan.FromSeconds(12), Max = TimeSpan.FromSeconds(13), MaxEjected = 1,
        }));
        Assert.That(service.Pool.DrainTimeout, Is.EqualTo(TimeSpan.FromSeconds(14)));
        Assert.That(service.Pool.Backends, Is.EqualTo(new[]
        {
            new BackendConfig { Name = "[2001:db8::1]:8080", Host = "2001:db8::1", Port = 8080 },
            new BackendConfig { Name = "two", Host = "web-2.example.net", Port = 8080, Weight = 0 },
        }));
    });
}
