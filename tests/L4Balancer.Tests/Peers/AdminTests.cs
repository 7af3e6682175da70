using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using L4Balancer.Tests.Loopback;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>What the admin side of a real daemon with a real connection says, over both of its listeners.</summary>
public sealed class AdminTests
{
    private TestServer _server = null!;
    private DaemonProcess _daemon = null!;
    private AdminCaller _control = null!;
    private AdminCaller _reader = null!;
    private Socket _client = null!;

    private string Backend => _server.EndPoint.ToString();

    [SetUp]
    public async Task Start()
    {
        _server = TestServer.Echo();
        _daemon = await DaemonProcess.StartAsync(new DaemonFile(_server.EndPoint));
        (_control, _reader) = (_daemon.Control, _daemon.Reader);
        _client = await ConnectAsync();
    }

    [TearDown]
    public async Task Stop()
    {
        _client.Dispose();
        _control.Dispose();
        _reader.Dispose();
        await _daemon.DisposeAsync();
        _server.Dispose();
    }

    [TestCase("/status.json", "application/json")]
    [TestCase("/services", "application/json")]
    [TestCase("/backends", "application/json")]
    [TestCase("/connections", "application/json")]
    [TestCase("/top", "application/json")]
    [TestCase("/history.json", "application/json")]
    [TestCase("/ring.json?pool=test", "application/json")]
    [TestCase("/config/diff", "application/json")]
    [TestCase("/config", "text/plain; charset=utf-8")]
    [TestCase("/ready?cache=no", "text/plain; charset=utf-8")]
    [TestCase("/healthz", "text/plain; charset=utf-8")]
    [TestCase("/metrics", "text/plain; version=0.0.4; charset=utf-8")]
    [TestCase("/", "text/html; charset=utf-8")]
    public async Task Get_AnyPage_IsAnsweredOverBothListeners(string path, string contentType)
    {
        AdminReply control = await _control.GetAsync(path);
        AdminReply reader = await _reader.GetAsync(path);

        Assert.Multiple(() =>
        {
            Assert.That((control.Status, control.ContentType), Is.EqualTo((HttpStatusCode.OK, contentType)));
            Assert.That((reader.Status, reader.ContentType), Is.EqualTo((HttpStatusCode.OK, contentType)));
            Assert.That(control.Body, Is.Not.Empty);
        });
    }

    [Test]
    public async Task Status_OneConnectionOpen_HasIt()
    {
        JsonElement status = await _control.JsonAsync("/status.json");
        JsonElement service = status.GetProperty("services").EnumerateArray().Single();
        JsonElement backend = status.GetProperty("backends").EnumerateArray().Single();

        Assert.Multiple(() =>
        {
            Assert.That(status.GetProperty("pid").GetInt32(), Is.EqualTo(_daemon.Child.Id));
            Assert.That(status.GetProperty("phase").GetString(), Is.EqualTo("serving"));
            Assert.That(status.GetProperty("ready").GetBoolean(), Is.True);
            Assert.That(status.GetProperty("not_ready_because").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(status.GetProperty("connections").GetProperty("open").GetInt32(), Is.EqualTo(1));
            Assert.That(
                status.GetProperty("descriptors").GetProperty("open").GetInt32(),
                Is.EqualTo(_daemon.View.Descriptors).Within(5));
            Assert.That(status.GetProperty("config").GetProperty("file").GetString(), Is.EqualTo(_daemon.ConfigPath));
            Assert.That(service.GetProperty("listen")[0].GetString(), Is.EqualTo(_daemon.Address.ToString()));
            Assert.That(service.GetProperty("sessions").GetProperty("open").GetInt32(), Is.EqualTo(1));
            Assert.That(backend.GetProperty("state").GetString(), Is.EqualTo("up"));
            Assert.That(backend.GetProperty("share").GetDouble(), Is.EqualTo(1));
            Assert.That(backend.GetProperty("last_probe").GetProperty("ok").GetBoolean(), Is.True);
            Assert.That(backend.GetProperty("drain").ValueKind, Is.EqualTo(JsonValueKind.Null));
        });
    }

    [TestCase("")]
    [TestCase("?service=test")]
    [TestCase("?client=127.0.0.1")]
    [TestCase("?client=127.0.0.0/8&limit=5")]
    public async Task Connections_FilterThatMatches_HasTheConnection(string query)
    {
        JsonElement page = await _reader.JsonAsync($"/connections{query}");
        JsonElement connection = page.GetProperty("connections").EnumerateArray().Single();

        Assert.Multiple(() =>
        {
            Assert.That(page.GetProperty("total").GetInt32(), Is.EqualTo(1));
            Assert.That(
                connection.GetProperty("client").GetString(), Is.EqualTo(_client.LocalEndPoint!.ToString()));
            Assert.That(connection.GetProperty("local").GetString(), Is.EqualTo(_daemon.Address.ToString()));
            Assert.That(connection.GetProperty("backend").GetString(), Is.EqualTo(Backend));
            Assert.That(connection.GetProperty("phase").GetString(), Is.EqualTo("open"));
            Assert.That(connection.GetProperty("client_bytes").GetInt64(), Is.EqualTo(5));
            Assert.That(connection.GetProperty("server_bytes").GetInt64(), Is.EqualTo(5));
        });
    }

    [Test]
    public async Task Connections_MoreThanTheLimit_AreTheYoungest()
    {
        await DiffersAsync();
        using Socket second = await ConnectAsync();
        await DiffersAsync();
        using Socket third = await ConnectAsync();
        await Eventually.TrueAsync(() => AgesAsync().Result.Length == 3, "three connections");

        JsonElement page = await _reader.JsonAsync("/connections?limit=2");

        Assert.Multiple(() =>
        {
            Assert.That(page.GetProperty("total").GetInt32(), Is.EqualTo(3));
            Assert.That(
                page.GetProperty("connections").EnumerateArray()
                    .Select(static one => one.GetProperty("client").GetString()),
                Is.EqualTo(new[] { third.LocalEndPoint!.ToString(), second.LocalEndPoint!.ToString() }));
        });
    }

    [Test]
    public async Task Connections_FilterThatMatchesNothing_IsEmpty() => Assert.That(
        (await _reader.JsonAsync("/connections?client=10.0.0.0/8")).GetProperty("total").GetInt32(), Is.Zero);

    [TestCase("id")]
    [TestCase("service")]
    [TestCase("client")]
    [TestCase("backend")]
    public async Task Kill_NamedAnyWay_EndsTheConnectionByAReset(string by)
    {
        JsonElement connection = (await _reader.JsonAsync("/connections")).GetProperty("connections")[0];
        string value = by == "client" ? "127.0.0.1" : connection.GetProperty(by).GetString()!;

        AdminReply reply = await _control.PostAsync(
            "/connections/kill", new Dictionary<string, string> { [by] = value });

        Assert.That(reply.Json.GetProperty("killed").GetInt32(), Is.EqualTo(1));
        Assert.That(await _client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
        Assert.That((await _daemon.FlowsAsync(1))[0].Reason, Is.EqualTo("admin_kill"));
    }

    [Test]
    public async Task Drain_OfABackend_KeepsItsFlowAndTellsHowFarItIs()
    {
        AdminReply drained = await _control.PostAsync(
            "/backends/drain", new { backend = Backend, deadline_seconds = 600 });

        JsonElement backend = (await _reader.JsonAsync("/backends"))[0];
        Assert.Multiple(() =>
        {
            Assert.That(drained.Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(backend.GetProperty("admin").GetString(), Is.EqualTo("drain"));
            Assert.That(backend.GetProperty("health").GetString(), Is.EqualTo("up"), "the other axis");
            Assert.That(backend.GetProperty("drain").GetProperty("remaining").GetInt32(), Is.EqualTo(1));
            Assert.That(backend.GetProperty("drain").GetProperty("oldest_seconds").GetDouble(), Is.GreaterThan(0));
            Assert.That(
                backend.GetProperty("drain").GetProperty("deadline").GetDateTimeOffset(),
                Is.EqualTo(DateTimeOffset.UtcNow.AddSeconds(600)).Within(TimeSpan.FromSeconds(20)));
        });

        await _client.SendTextAsync("still");
        Assert.That(await _client.ReceiveTextAsync(5), Is.EqualTo("still"));
        AdminReply ready = await _control.PostAsync("/backends/ready", new { backend = $"test/{Backend}" });
        Assert.That(ready.Json.GetProperty("state").GetString(), Is.EqualTo("up"));
        using Socket next = await ConnectAsync();
    }

    [Test]
    public async Task Maint_OfABackend_EndsItsFlowsNow()
    {
        AdminReply reply = await _control.PostAsync("/backends/maint", new { pool = "test", backend = Backend });

        Assert.That(reply.Json.GetProperty("state").GetString(), Is.EqualTo("maint"));
        Assert.That(await _client.EndAsync(), Is.EqualTo(SocketError.ConnectionReset));
    }

    [Test]
    public async Task Weight_SetAtRunTime_IsShownBesideTheConfiguredOneUntilItIsTakenBack()
    {
        AdminReply set = await _control.PostAsync("/backends/weight", new { backend = Backend, weight = 7 });
        string[] runtime = [.. (await _reader.JsonAsync("/config/diff")).GetProperty("runtime").EnumerateArray()
            .Select(static line => line.GetString()!)];
        AdminReply back = await _control.PostAsync(
            "/backends/weight", $"{{\"backend\":\"{Backend}\",\"weight\":null}}");

        Assert.Multiple(() =>
        {
            Assert.That(set.Json.GetProperty("weight").GetInt32(), Is.EqualTo(7));
            Assert.That(set.Json.GetProperty("configured_weight").GetInt32(), Is.EqualTo(1));
            Assert.That(runtime, Is.EqualTo(new[] { $"backend test/{Backend} has weight 7, the file says 1" }));
            Assert.That(back.Json.GetProperty("weight").GetInt32(), Is.EqualTo(1));
        });
    }

    [TestCase("bytes")]
    [TestCase("connections")]
    [TestCase("rate")]
    public async Task Top_OneClient_IsTheClientAndItsNetwork(string by)
    {
        JsonElement top = await _reader.JsonAsync($"/top?by={by}");

        Assert.Multiple(() =>
        {
            Assert.That(top.GetProperty("by").GetString(), Is.EqualTo(by));
            Assert.That(top.GetProperty("clients")[0].GetProperty("client").GetString(), Is.EqualTo("127.0.0.1"));
            Assert.That(top.GetProperty("clients")[0].GetProperty("bytes").GetInt64(), Is.EqualTo(10));
            Assert.That(top.GetProperty("prefixes")[0].GetProperty("prefix").GetString(), Is.EqualTo("127.0.0.0/24"));
        });
    }

    [Test]
    public async Task Ring_OneBackend_OwnsEveryPlace()
    {
        JsonElement ring = await _reader.JsonAsync("/ring.json?pool=test");

        Assert.Multiple(() =>
        {
            Assert.That(ring.GetProperty("now").GetProperty("backends")[0].GetString(), Is.EqualTo(Backend));
            Assert.That(
                ring.GetProperty("now").GetProperty("owners").EnumerateArray().Select(static one => one.GetInt32()),
                Is.EqualTo(Enumerable.Repeat(0, 720)));
            Assert.That(ring.GetProperty("before").ValueKind, Is.EqualTo(JsonValueKind.Null));
        });
    }

    [Test]
    public async Task Page_AtTheRoot_MayOnlyRunWhatStandsInIt()
    {
        using HttpClient http = new();
        using HttpResponseMessage page = await http.GetAsync($"http://127.0.0.1:{_daemon.File.AdminPort}/");
        string policy = page.Headers.GetValues("Content-Security-Policy").Single();

        Assert.Multiple(() =>
        {
            Assert.That(policy, Does.StartWith("default-src 'none'; script-src 'sha256-"));
            Assert.That(policy, Does.Contain("connect-src 'self'").And.Contain("frame-ancestors 'none'"));
            Assert.That(policy, Does.Not.Contain("unsafe"));
            Assert.That(page.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
            Assert.That(page.Headers.GetValues("Referrer-Policy").Single(), Is.EqualTo("no-referrer"));
        });
    }

    [Test]
    public async Task Socket_DaemonEnds_IsGone()
    {
        Assert.That(File.Exists(_daemon.ControlPath), Is.True);
        _client.Dispose();
        await _daemon.TerminateAsync();

        Assert.That(File.Exists(_daemon.ControlPath), Is.False);
    }

    /// <summary>Waits until who connects next is younger than all, though each shard reads its own clock.</summary>
    private Task DiffersAsync() => Eventually.TrueAsync(
        () => AgesAsync().Result.All(static age => age > 0.1), "ages that differ from those of the next one");

    private async Task<double[]> AgesAsync() =>
    [
        .. (await _reader.JsonAsync("/connections")).GetProperty("connections").EnumerateArray()
            .Select(static one => one.GetProperty("age_seconds").GetDouble()),
    ];

    private async Task<Socket> ConnectAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_daemon.Address).Within();
        await socket.SendTextAsync("hello");
        Assert.That(await socket.ReceiveTextAsync(5), Is.EqualTo("hello"));
        return socket;
    }
}
