using System.Net;
using System.Text.Json;
using L4Balancer.Tests.Health;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>A daemon whose services are probed in several ways: what it says of them, what a reload changes.</summary>
public sealed class ProbeKindTests
{
    private readonly int[] _ports = [.. Enumerable.Range(0, 6).Select(static _ => UnusedPort.Next())];
    private TempFolder _folder = null!;
    private TestCertificate _certificate = null!;
    private ProbedNginx _nginx = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TempFolder();
        _certificate = TestCertificate.SelfSigned(_folder, "shop.example.net", TimeSpan.FromDays(9.5));
        _nginx = await ProbedNginx.StartAsync(_certificate);
    }

    [TearDown]
    public async Task EndAsync()
    {
        if (_nginx is not null) await _nginx.DisposeAsync();
        _certificate?.Dispose();
        _folder?.Dispose();
    }

    [Test]
    public async Task Daemon_ProbesOfSeveralKinds_SaysWhatEachHasFound()
    {
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(File("/"));
        using AdminCaller reader = daemon.Reader;
        Dictionary<string, JsonElement> backends = await BackendsAsync(reader);

        Assert.Multiple(() =>
        {
            Assert.That(Said(backends["test"]), Does.Match(@"^up: 200 after \d+\.\d m?s$"));
            Assert.That(Said(backends["tls"]), Does.Match(@"^up: TLS 1\.[23] after .* ms, certificate for 9 days$"));
            Assert.That(Said(backends["talk"]), Does.Match("^up: answered after "));
            Assert.That(Said(backends["good"]), Does.Match("^up: exit code 0 after .*: 127.0.0.1 is well$"));
            Assert.That(Said(backends["bad"]), Does.Match("^down: exit code 3 after .*: out of paper$"));
        });
        DateTimeOffset expires = backends["tls"].GetProperty("last_probe").GetProperty("certificate_expires")
            .GetDateTimeOffset();
        Assert.That(expires, Is.EqualTo(_certificate.Expiry));
        string series = "l4balancer_backend_certificate_expiry_timestamp_seconds"
            + $"{{backend=\"{_nginx.Secured}\",pool=\"tls\"}}";
        Assert.That(await daemon.MetricAsync(series), Is.EqualTo(_certificate.Expiry.ToUnixTimeSeconds()));
    }

    [Test]
    public async Task Reload_AnotherRequest_IsJudgedByIt()
    {
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(File("/"));
        using AdminCaller control = daemon.Control;
        daemon.Rewrite(File("/down"));
        AdminReply reply = await control.PostAsync("/reload");

        Assert.That(
            reply.Json.GetProperty("changes").EnumerateArray().Single().GetString(),
            Is.EqualTo("pool test: health.path / -> /down"));
        await daemon.LoggedAsync("expected 200-399, got 503 after ");
        await Eventually.TrueAsync(
            () => Said(BackendsAsync(control).Result["test"])
                .StartsWith("down: expected 200-399, got 503 after ", StringComparison.Ordinal),
            "down");

        daemon.Rewrite(File("/moved"));
        await control.PostAsync("/reload");
        await Eventually.TrueAsync(
            () => Said(BackendsAsync(control).Result["test"]).StartsWith("up: 301 after ", StringComparison.Ordinal),
            "up again");
    }

    [Test]
    public async Task Reload_ProgramsNoLongerPermitted_IsRefused()
    {
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(File("/"));
        using AdminCaller control = daemon.Control;
        daemon.Rewrite(File("/down") with { Global = "" });
        AdminReply reply = await control.PostAsync("/reload");

        Assert.That(reply.Status, Is.Not.EqualTo(HttpStatusCode.OK));
        Assert.That(reply.Body, Does.Contain("runs a program, which allow_exec = true in [global] has to permit"));
    }

    private static string Said(JsonElement backend) =>
        $"{backend.GetProperty("state")}: {backend.GetProperty("last_probe").GetProperty("result")}";

    private static async Task<Dictionary<string, JsonElement>> BackendsAsync(AdminCaller admin) =>
        (await admin.JsonAsync("/status.json")).GetProperty("backends").EnumerateArray()
            .ToDictionary(static backend => backend.GetProperty("pool").GetString()!);

    /// <summary>
    /// One service in front of a port where nobody need listen, which is probed by HTTP on another, and others.
    /// </summary>
    private DaemonFile File(string path) => new("127.0.0.1:9")
    {
        Port = _ports[0],
        AdminPort = _ports[1],
        Global = "allow_exec = true",
        Service =
            $$"""
            health = { type = "http", port = {{_nginx.Plain.Port}}, path = "{{path}}", interval = "20ms" }
            [service.tls]
            listen = "127.0.0.1:{{_ports[2]}}"
            backends = ["{{_nginx.Secured}}"]
            health.type = "tls"
            [service.talk]
            listen = "127.0.0.1:{{_ports[3]}}"
            backends = ["{{_nginx.Plain}}"]
            health = { type = "send_expect", send = "x\r\n\r\n", expect = "re:400 Bad" }
            [service.good]
            listen = "127.0.0.1:{{_ports[4]}}"
            backends = ["127.0.0.1:9"]
            health = { type = "exec", command = ["/bin/sh", "-c", "echo $0 is well", "{address}"] }
            [service.bad]
            listen = "127.0.0.1:{{_ports[5]}}"
            backends = ["127.0.0.1:9"]
            health = { type = "exec", command = ["/bin/sh", "-c", "echo out of paper; exit 3"] }
            """,
    };
}
