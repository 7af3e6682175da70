using System.Net;
using System.Net.Sockets;
using System.Text;
using L4Balancer.Config;
using L4Balancer.Daemon.Admin;
using L4Balancer.Daemon.Hosting;
using L4Balancer.Daemon.Metrics;
using L4Balancer.Net;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Admin;

/// <summary>The admin side over a real port.</summary>
internal sealed class AdminServerTests
{
    private static readonly IpEndpoint AnyPort = IpEndpoint.From(new IPEndPoint(IPAddress.Loopback, 0));

    private RunningBalancer _balancer = null!;
    private Readiness _readiness = null!;
    private PrometheusExporter _exporter = null!;
    private AdminServer _server = null!;
    private HttpClient _http = null!;

    [SetUp]
    public async Task Start()
    {
        _balancer = await RunningBalancer.StartAsync([new IPEndPoint(IPAddress.Loopback, 9)], shards: 1);
        _readiness = new Readiness(_balancer.Balancer) { Phase = ProcessPhase.Serving };
        _exporter = new PrometheusExporter(NullLogger.Instance, ("L4Balancer", "l4balancer_"));
        _server = Server(AnyPort);
        await _server.StartAsync(CancellationToken.None);
        _http = new HttpClient { BaseAddress = new Uri(_server.Address!), Timeout = TimeSpan.FromSeconds(20) };
    }

    [TearDown]
    public async Task Stop()
    {
        _http.Dispose();
        await _server.StopAsync(CancellationToken.None);
        await _server.DisposeAsync();
        _exporter.Dispose();
        _readiness.Dispose();
        await _balancer.DisposeAsync();
    }

    [Test]
    public async Task Get_Metrics_HasTheContentTypeThatPrometheusWants()
    {
        using HttpResponseMessage response = await _http.GetAsync(new Uri("/metrics", UriKind.Relative));

        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(
                response.Content.Headers.ContentType!.ToString(),
                Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
            Assert.That(response.Headers.Server, Is.Empty);
        });
    }

    [TestCase(ProcessPhase.Serving, HttpStatusCode.OK, "ready\n")]
    [TestCase(ProcessPhase.Starting, HttpStatusCode.ServiceUnavailable,
        "not ready: starting, the first round of probes is not done\n")]
    [TestCase(ProcessPhase.Notice, HttpStatusCode.ServiceUnavailable,
        "not ready: about to drain, no new clients should be sent here\n")]
    [TestCase(ProcessPhase.Draining, HttpStatusCode.ServiceUnavailable, "not ready: draining, 0 connections left\n")]
    public async Task Get_Ready_FollowsTheLifeOfTheProcess(ProcessPhase phase, HttpStatusCode status, string body)
    {
        _readiness.Phase = phase;

        Assert.That(await GetAsync("/ready"), Is.EqualTo((status, body)));
    }

    [Test]
    public async Task Get_Healthz_IsOkWhileShardsAnswer() =>
        Assert.That(await GetAsync("/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok\n")));

    [TestCase("/")]
    [TestCase("/nothing")]
    public async Task Get_UnknownPath_ListsTheKnownOnes(string path)
    {
        (HttpStatusCode status, string body) = await GetAsync(path);

        Assert.Multiple(() =>
        {
            Assert.That(status, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(body, Does.Contain("/metrics").And.Contain("/healthz").And.Contain("/ready"));
        });
    }

    [TestCase("POST")]
    [TestCase("DELETE")]
    public async Task OtherMethod_KnownPath_IsRefused(string method)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), "/metrics");
        using HttpResponseMessage response = await _http.SendAsync(request);

        Assert.Multiple(() =>
        {
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
            Assert.That(response.Content.Headers.Allow, Is.EqualTo(new[] { "GET", "HEAD" }));
        });
    }

    [Test]
    public async Task Head_Ready_HasNoBody()
    {
        using HttpRequestMessage request = new(HttpMethod.Head, "/ready");
        using HttpResponseMessage response = await _http.SendAsync(request);

        Assert.Multiple(async () =>
        {
            Assert.That(response.Content.Headers.ContentLength, Is.EqualTo("ready\n".Length));
            Assert.That(await response.Content.ReadAsStringAsync(), Is.Empty);
        });
    }

    [TestCase("GET /ready HTTP/1.1\r\nHost: a\r\nX: {0}\r\n\r\n", 20_000, "431")]
    [TestCase("GET /{0} HTTP/1.1\r\nHost: a\r\n\r\n", 5_000, "414")]
    [TestCase("rubbish{0}\r\n\r\n", 1, "400")]
    public async Task Request_BeyondTheLimits_IsRefused(string request, int length, string status)
    {
        using TcpClient client = new();
        Uri address = new(_server.Address!);
        await client.ConnectAsync(address.Host, address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            request.Replace("{0}", new string('a', length), StringComparison.Ordinal)));

        using StreamReader reader = new(client.GetStream());
        Assert.That(await reader.ReadLineAsync().Within(), Does.StartWith($"HTTP/1.1 {status} "));
    }

    [Test]
    public async Task StartAsync_AddressInUse_IsAClearStartError()
    {
        IpEndpoint taken = IpEndpoint.From(IPEndPoint.Parse(new Uri(_server.Address!).Authority));
        await using AdminServer second = Server(taken);

        Assert.That(
            () => second.StartAsync(CancellationToken.None),
            Throws.TypeOf<BalancerStartException>().With.Message.StartsWith($"admin.listen {taken} is in use; "));
    }

    [Test]
    public async Task StartAsync_ForeignAddress_IsAClearStartError()
    {
        await using AdminServer foreign = Server(IpEndpoint.From(IPEndPoint.Parse("192.0.2.1:9191")));

        Assert.That(
            () => foreign.StartAsync(CancellationToken.None),
            Throws.TypeOf<BalancerStartException>().With.Message
                .StartsWith("admin.listen 192.0.2.1:9191 cannot be opened: "));
    }

    [Test]
    public async Task StartAsync_SomebodyAnswersOnTheSocket_NamesItAndTheTakeover()
    {
        using TempFolder folder = new();
        await using AdminServer first = Server(null, folder["admin.sock"]);
        await first.StartAsync(CancellationToken.None);
        await using AdminServer second = Server(AnyPort, folder["admin.sock"]);

        Assert.That(
            () => second.StartAsync(CancellationToken.None),
            Throws.TypeOf<BalancerStartException>().With.Message.StartsWith(
                $"admin.socket {folder["admin.sock"]} is where process {Environment.ProcessId} answers; ")
                .And.Message.Contains("'l4balancer run --takeover'"));
        await first.StopAsync(CancellationToken.None);
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty, "what is left behind");
    }

    [Test]
    public async Task StartAsync_ConfiguredSocketImpossible_IsAClearStartError()
    {
        using TempFolder folder = new();
        await using AdminServer server = Server(AnyPort, folder["none/admin.sock"]);

        Assert.That(
            () => server.StartAsync(CancellationToken.None),
            Throws.TypeOf<BalancerStartException>().With.Message.EqualTo(
                $"admin.socket {folder["none/admin.sock"]} is in {folder["none"]}, which is no directory. "
                + "Choose another, or \"\" for none"));
    }

    [Test]
    public async Task StartAsync_InheritedSocket_IsListenedOnWithoutAGap()
    {
        using Socket inherited = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        inherited.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        inherited.Listen();
        IpEndpoint listen = IpEndpoint.From((IPEndPoint)inherited.LocalEndPoint!);
        AdminSockets sockets =
            new(new AdminConfig { Listen = listen, Socket = null }, NullLogger.Instance) { Inherited = inherited };
        using HttpClient http = new() { BaseAddress = new Uri($"http://{listen}") };
        Task<string> early = http.GetStringAsync(new Uri("/ready", UriKind.Relative)); // Waits in the queue.

        await using AdminServer server = Server(sockets);
        await server.StartAsync(CancellationToken.None);

        Assert.That(await early.Within(), Is.EqualTo("ready\n"));
        Assert.That(sockets.TcpListening, Is.SameAs(inherited));
        await server.StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task StartAsync_Off_OpensNothing()
    {
        await using AdminServer off = Server(listen: null);
        await off.StartAsync(CancellationToken.None);
        await off.StopAsync(CancellationToken.None);

        Assert.That(off.Address, Is.Null);
    }

    private AdminServer Server(IpEndpoint? listen, string? socket = null) =>
        Server(new AdminSockets(new AdminConfig { Listen = listen, Socket = socket }, NullLogger.Instance));

    private AdminServer Server(AdminSockets sockets) => new(
        sockets,
        new AdminPages([new ProbePages(_balancer.Balancer, _readiness, _exporter)], NullLogger.Instance),
        NullLoggerFactory.Instance,
        NullLogger.Instance);

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        using HttpResponseMessage response = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
