using System.Net;
using System.Text;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>The probe against nginx and HAProxy.</summary>
public sealed class HttpProbeTests
{
    private const string Host = "shop.example.net";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private TempFolder _folder = null!;
    private TestCertificate _authority = null!;
    private TestCertificate _certificate = null!;
    private ProbedNginx _nginx = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TempFolder();
        _authority = TestCertificate.Authority(_folder);
        _certificate = _authority.Sign(_folder, Host, TimeSpan.FromDays(50.5));
        _nginx = await ProbedNginx.StartAsync(_certificate);
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_nginx is not null) await _nginx.DisposeAsync();
        _certificate?.Dispose();
        _authority?.Dispose();
        _folder?.Dispose();
    }

    [TestCase("/", "", true, @"^200 after \d+\.\d m?s$")]
    [TestCase("/down", "", false, @"^expected 200-399, got 503 after \d+\.\d m?s$")]
    [TestCase("/down", "500-599", true, @"^503 after \d+\.\d m?s$")]
    [TestCase("/moved", "", true, @"^301 after \d+\.\d m?s$")]
    [TestCase("/moved", "200", false, @"^expected 200, got 301 after \d+\.\d m?s$")]
    [TestCase("/secret", "200-299, 404", false, @"^expected 200-299, 404, got 401 after \d+\.\d m?s$")]
    [TestCase("/?a=%2f/../b", "", true, @"^200 after \d+\.\d m?s$")]
    public async Task Run_Nginx_IsJudgedByItsStatus(string path, string status, bool isGood, string text)
    {
        HttpProbeConfig check = new() { Path = path, Status = HttpStatusSet.Parse(status) ?? HttpStatusSet.Good };
        ProbeResult result = await RunAsync(_nginx.Plain, check);

        Assert.That(result.IsGood, Is.EqualTo(isGood), result.Text);
        Assert.That(result.Text, Does.Match(text));
    }

    [TestCase("is well", false, true, "^200 after")]
    [TestCase(@"^all\s", true, true, "^200 after")]
    [TestCase("IS WELL", false, false, "^200, but no \"IS WELL\" in the body: \"all is well here\" after")]
    [TestCase("w.{9}", true, false, "^200, but no \"re:w\\.\\{9\\}\" in the body: \"all is well here\" after")]
    public async Task Run_Nginx_IsJudgedByItsBody(string body, bool isExpression, bool isGood, string text)
    {
        AnswerPattern expected = isExpression
            ? AnswerPattern.OfExpression(body).Pattern!
            : AnswerPattern.Of(Encoding.UTF8.GetBytes(body));
        ProbeResult result = await RunAsync(_nginx.Plain, new HttpProbeConfig { Body = expected });

        Assert.That(result.IsGood, Is.EqualTo(isGood), result.Text);
        Assert.That(result.Text, Does.Match(text));
    }

    [TestCase("GET")]
    [TestCase("HEAD")]
    [TestCase("OPTIONS")]
    [TestCase("POST")]
    public async Task Run_Request_IsAsConfigured(string method)
    {
        string path = $"/named?{method}=a%2Fb/../c";
        ProbeResult result =
            await RunAsync(_nginx.Plain, new HttpProbeConfig { Method = method, Path = path, Host = Host });

        Assert.That(result.Text, Does.Match("^204 after"));
        await _nginx.LogsAsync($"{method} {Host} {path} HTTP/1.1 l4balancer");
    }

    [Test]
    public async Task Run_NoHost_IsTheAddress()
    {
        await RunAsync(_nginx.Plain, new HttpProbeConfig { Path = "/addressed" });

        await _nginx.LogsAsync($"GET {_nginx.Plain} /addressed HTTP/1.1 l4balancer");
    }

    [TestCase(false, Host, true, "^200 after .*, certificate for 50 days$")]
    [TestCase(true, Host, true, "^200 after .*, certificate for 50 days$")]
    [TestCase(true, "other.example.net", false,
        @"^certificate is for shop\.example\.net, not for other\.example\.net$")]
    public async Task Run_OverTls_IsVerifiedByTheNameOfTheHost(bool verify, string host, bool isGood, string text)
    {
        TlsProbeConfig tls = new() { Verify = verify, Ca = verify ? _authority.CertificateFile : "" };
        ProbeResult result = await RunAsync(_nginx.Secured, new HttpProbeConfig { Https = true, Host = host }, tls);

        Assert.That(result.IsGood, Is.EqualTo(isGood), result.Text);
        Assert.That(result.Text, Does.Match(text));
        Assert.That(result.CertificateExpiry, Is.EqualTo(_certificate.Expiry));
    }

    [Test]
    public async Task Run_PlainToATlsPort_IsTheErrorThatNginxSays()
    {
        ProbeResult result = await RunAsync(_nginx.Secured, new HttpProbeConfig());

        Assert.That(result.Text, Does.Match("^expected 200-399, got 400 after"));
    }

    [Test]
    public async Task Run_TlsToAPlainPort_IsNoTls()
    {
        ProbeResult result = await RunAsync(_nginx.Plain, new HttpProbeConfig { Https = true });

        Assert.That(result.Text, Does.Match(@"^TLS handshake failed \(.*\) after"));
    }

    [Test]
    public async Task Run_HaproxyWithoutServer_Is503AndItsOwnPageIs200()
    {
        IPEndPoint address = new(IPAddress.Loopback, UnusedPort.Next());
        await using ChildProcess haproxy =
            await ProbedHaproxy.StartAsync(_folder, address, $"ssl crt {_certificate.BothFile}");

        ProbeResult down = await RunAsync(address, new HttpProbeConfig { Https = true });
        ProbeResult alive = await RunAsync(address, new HttpProbeConfig { Https = true, Path = "/alive" });

        Assert.That((down.IsGood, alive.IsGood), Is.EqualTo((false, true)), $"{down.Text}; {alive.Text}");
        Assert.That(down.Text, Does.Match("^expected 200-399, got 503 after"));
    }

    private static Task<ProbeResult> RunAsync(IPEndPoint server, HttpProbeConfig check, TlsProbeConfig? tls = null)
    {
        HealthConfig health = new() { Type = ProbeType.Http, Http = check, Tls = tls ?? new TlsProbeConfig() };
        return new ProbeRunner(TimeProvider.System)
            .RunAsync(ProbeTargets.Of(server, health, Timeout), CancellationToken.None).Within();
    }
}
