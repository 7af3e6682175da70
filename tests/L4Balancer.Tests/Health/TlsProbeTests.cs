using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Peers;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>The probe against openssl's server with certificates of every kind.</summary>
public sealed class TlsProbeTests
{
    private const string Host = "db.example.net";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private TempFolder _folder = null!;
    private TestCertificate _authority = null!;
    private TestCertificate _other = null!;

    [OneTimeSetUp]
    public void MakeAuthorities()
    {
        _folder = new TempFolder();
        _authority = TestCertificate.Authority(_folder);
        _other = TestCertificate.Authority(_folder, "other-ca");
    }

    [OneTimeTearDown]
    public void Forget()
    {
        _authority.Dispose();
        _other.Dispose();
        _folder.Dispose();
    }

    [TestCase(true, 41.5, Host, true, "^TLS 1\\.3 after .* m?s, certificate for 41 days$")]
    [TestCase(true, 0.5, Host, true, "certificate for 11 hours$")]
    [TestCase(true, -3.5, Host, false, "^certificate expired 3 days ago$")]
    [TestCase(false, -3.5, Host, true, "^TLS 1\\.3 after .* m?s, certificate expired 3 days ago$")]
    [TestCase(true, 41.5, "www.example.net", false,
        @"^certificate is for db\.example\.net, not for www\.example\.net$")]
    [TestCase(false, 41.5, "www.example.net", true, "certificate for 41 days$")]
    [TestCase(true, 41.5, "", false, @"^certificate is for db\.example\.net, not for 127\.0\.0\.1$")]
    public async Task Run_SignedCertificate_IsJudgedByTimeAndName(
        bool verify, double days, string name, bool isGood, string text)
    {
        using TestCertificate certificate = _authority.Sign(_folder, Host, TimeSpan.FromDays(days));
        ProbeResult result = await RunAsync(certificate, Tls(verify, name, _authority));

        Assert.That(result.IsGood, Is.EqualTo(isGood), result.Text);
        Assert.That(result.Text, Does.Match(text));
        Assert.That(result.CertificateExpiry, Is.EqualTo(certificate.Expiry));
    }

    [Test]
    public async Task Run_CertificateThatIsNotYetValid_SaysWhenItWillBe()
    {
        using TestCertificate certificate = _authority.Sign(
            _folder, Host, TimeSpan.FromDays(9), DateTimeOffset.UtcNow.AddHours(5.5));
        ProbeResult result = await RunAsync(certificate, Tls(true, Host, _authority));

        Assert.That((result.IsGood, result.Text), Is.EqualTo((false, "certificate is valid only in 5 hours")));
    }

    [Test]
    public async Task Run_CertificateForTheAddress_IsVerifiedWithoutAName()
    {
        using TestCertificate certificate = _authority.Sign(_folder, "127.0.0.1", TimeSpan.FromDays(9));
        ProbeResult result = await RunAsync(certificate, Tls(true, "", _authority));

        Assert.That(result.IsGood, Is.True, result.Text);
    }

    [Test]
    public async Task Run_CertificateOfAnotherAuthority_IsNotTrusted()
    {
        using TestCertificate certificate = _authority.Sign(_folder, Host, TimeSpan.FromDays(9));
        ProbeResult strange = await RunAsync(certificate, Tls(true, Host, _other));
        ProbeResult system = await RunAsync(certificate, new TlsProbeConfig { Verify = true, Name = Host });

        Assert.That(strange.Text, Is.EqualTo("certificate's authority is not known here"));
        Assert.That(system.Text, Is.EqualTo("certificate's authority is not known here"));
    }

    [TestCase(true, false, "^certificate is self-signed$")]
    [TestCase(false, true, "^TLS 1\\.3 after .*, certificate for 9 days$")]
    public async Task Run_SelfSignedCertificate_IsGoodUnlessItIsVerified(bool verify, bool isGood, string text)
    {
        using TestCertificate certificate = TestCertificate.SelfSigned(_folder, Host, TimeSpan.FromDays(9.5));
        ProbeResult result = await RunAsync(certificate, Tls(verify, Host, _authority));

        Assert.That(result.IsGood, Is.EqualTo(isGood), result.Text);
        Assert.That(result.Text, Does.Match(text));
    }

    [Test]
    public async Task Run_SelfSignedCertificateThatIsTrusted_IsGood()
    {
        using TestCertificate certificate = TestCertificate.SelfSigned(_folder, Host, TimeSpan.FromDays(9.5));
        ProbeResult result = await RunAsync(certificate, Tls(true, Host, certificate));

        Assert.That(result.IsGood, Is.True, result.Text);
    }

    [TestCase("-tls1_2", true, "^TLS 1\\.2 after")]
    [TestCase("-tls1_1", false, @"^TLS handshake failed \(.*alert.*\) after")]
    public async Task Run_OldProtocol_IsRefusedWhereItIsTooOld(string version, bool isGood, string text)
    {
        using TestCertificate certificate = _authority.Sign(_folder, Host, TimeSpan.FromDays(9));
        ProbeResult result = await RunAsync(
            certificate, Tls(false, Host, _authority), version, "-cipher", "ALL:@SECLEVEL=0");

        Assert.That(result.IsGood, Is.EqualTo(isGood), result.Text);
        Assert.That(result.Text, Does.Match(text));
    }

    [Test]
    public async Task Run_ServerThatWantsACertificateOfTheClient_SaysSo()
    {
        using TestCertificate certificate = _authority.Sign(_folder, Host, TimeSpan.FromDays(9));
        ProbeResult result = await RunAsync(
            certificate, Tls(false, Host, _authority), "-tls1_2", "-Verify", "1", "-verify_return_error");

        Assert.That(result.Text, Does.Match(@"^TLS handshake failed \(.*handshake failure\) after"));
    }

    [TestCase(1900, true, @"^TLS 1\.3 after 1\.9 s, certificate for \d+ days$")]
    [TestCase(2000, false, "^connected, but no TLS handshake within 2\\.0 s$")]
    public async Task Run_SlowServer_IsGoodBeforeTheTimeoutAlone(int milliseconds, bool isGood, string text)
    {
        ManualTime time = new();
        TaskCompletionSource asked = new();
        TaskCompletionSource goOn = new();
        using TestCertificate certificate = _authority.Sign(_folder, Host, TimeSpan.FromDays(9));
        using TestServer server = new();
        server.Serve(async socket =>
        {
            await socket.ReceiveAsync(new byte[1], SocketFlags.Peek);
            asked.SetResult();
            await goOn.Task;
            await using NetworkStream stream = new(socket);
            await using SslStream secured = new(stream);
            await secured.AuthenticateAsServerAsync(certificate.Certificate);
            await secured.ShutdownAsync();
        });
        HealthConfig health = new() { Type = ProbeType.Tls };
        Task<ProbeResult> probe = new ProbeRunner(time).RunAsync(
            ProbeTargets.Of(server.EndPoint, health, TimeSpan.FromSeconds(2)), CancellationToken.None);
        await asked.Task.Within();
        time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        if (isGood) goOn.SetResult();

        ProbeResult result = await probe.Within();
        Assert.That(result.IsGood, Is.EqualTo(isGood));
        Assert.That(result.Text, Does.Match(text));
        goOn.TrySetCanceled();
    }

    [Test]
    public async Task Run_FileOfAuthoritiesGone_IsNoVerdict()
    {
        using TestCertificate certificate = _authority.Sign(_folder, Host, TimeSpan.FromDays(9));
        TlsProbeConfig tls = new() { Verify = true, Name = Host, Ca = _folder["nothing.pem"] };
        ProbeResult result = await RunAsync(certificate, tls);

        Assert.That(result.IsVerdict, Is.False);
        Assert.That(result.Text, Does.StartWith($"{tls.Ca} cannot be read: "));
    }

    [Test]
    public async Task Run_FileOfAuthoritiesChanges_IsReadAgain()
    {
        using TestCertificate certificate = _authority.Sign(_folder, Host, TimeSpan.FromDays(9));
        TlsProbeConfig tls = new() { Verify = true, Name = Host, Ca = _folder["changing.pem"] };
        File.Copy(_other.CertificateFile, tls.Ca);
        ProbeResult before = await RunAsync(certificate, tls);
        File.Copy(_authority.CertificateFile, tls.Ca, overwrite: true);
        File.SetLastWriteTimeUtc(tls.Ca, DateTime.UtcNow.AddSeconds(5));
        ProbeResult after = await RunAsync(certificate, tls);

        Assert.That((before.IsGood, after.IsGood), Is.EqualTo((false, true)), $"{before.Text}; {after.Text}");
    }

    private static TlsProbeConfig Tls(bool verify, string name, TestCertificate authority) =>
        new() { Verify = verify, Name = name, Ca = verify ? authority.CertificateFile : "" };

    /// <summary>Probes a server that shows a certificate.</summary>
    private static async Task<ProbeResult> RunAsync(
        TestCertificate certificate, TlsProbeConfig tls, params string[] options)
    {
        IPEndPoint address = new(IPAddress.Loopback, UnusedPort.Next());
        await using ChildProcess server = ChildProcess.Start(
            RealProgram.Find("openssl"),
            [
                "s_server", "-accept", $"{address}", "-www", "-cert", certificate.CertificateFile,
                "-key", certificate.KeyFile, .. options,
            ]);
        await server.ListensAsync(address);

        HealthConfig health = new() { Type = ProbeType.Tls, Tls = tls };
        return await new ProbeRunner(TimeProvider.System)
            .RunAsync(ProbeTargets.Of(address, health, Timeout), CancellationToken.None).Within();
    }
}
