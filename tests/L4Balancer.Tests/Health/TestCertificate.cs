using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using L4Balancer.Tests.Processes;

namespace L4Balancer.Tests.Health;

/// <summary>A certificate with its key, as files of a folder that servers read.</summary>
internal sealed class TestCertificate : IDisposable
{
    private static readonly DateTimeOffset LongAgo = DateTimeOffset.UtcNow.AddDays(-400);

    private readonly X509Certificate2 _certificate;

    private TestCertificate(X509Certificate2 certificate, TempFolder folder, string name)
    {
        _certificate = certificate;
        CertificateFile = folder[$"{name}.crt"];
        KeyFile = folder[$"{name}.key"];
        BothFile = folder[$"{name}.pem"];
        string shown = certificate.ExportCertificatePem();
        string key = certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
        File.WriteAllText(CertificateFile, $"{shown}\n");
        File.WriteAllText(KeyFile, $"{key}\n");
        File.WriteAllText(BothFile, $"{shown}\n{key}\n");
    }

    public string CertificateFile { get; }

    public string KeyFile { get; }

    /// <summary>Certificate and key in one file.</summary>
    public string BothFile { get; }

    /// <summary>With its key.</summary>
    public X509Certificate2 Certificate => _certificate;

    /// <summary>When it expires.</summary>
    public DateTimeOffset Expiry => new(_certificate.NotAfter.ToUniversalTime());

    /// <summary>An authority.</summary>
    public static TestCertificate Authority(TempFolder folder, string name = "ca")
    {
        CertificateRequest request = Request(name);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return new TestCertificate(
            request.CreateSelfSigned(LongAgo, DateTimeOffset.UtcNow.AddDays(100)), folder, name);
    }

    /// <summary>The certificate of a server that vouches for itself.</summary>
    public static TestCertificate SelfSigned(TempFolder folder, string host, TimeSpan left) =>
        new(For(host).CreateSelfSigned(LongAgo, DateTimeOffset.UtcNow + left), folder, $"self-{host}");

    /// <summary>The certificate of a server that this authority vouches for.</summary>
    /// <param name="folder">Where its files go.</param>
    /// <param name="host">The name that it is for.</param>
    /// <param name="left">How long it is still valid; negative where it has expired.</param>
    /// <param name="start">When it begins to be valid; null is long ago.</param>
    public TestCertificate Sign(TempFolder folder, string host, TimeSpan left, DateTimeOffset? start = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={host}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(Names(host));
        using X509Certificate2 signed = request.Create(
            _certificate, start ?? LongAgo.AddDays(1), DateTimeOffset.UtcNow + left, RandomNumberGenerator.GetBytes(8));
        return new TestCertificate(signed.CopyWithPrivateKey(key), folder, $"{host}-{left.TotalDays:0}");
    }

    public void Dispose() => _certificate.Dispose();

    private static CertificateRequest For(string host)
    {
        CertificateRequest request = Request(host);
        request.CertificateExtensions.Add(Names(host));
        return request;
    }

    private static CertificateRequest Request(string name) =>
        new($"CN={name}", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);

    private static X509Extension Names(string host)
    {
        SubjectAlternativeNameBuilder names = new();
        if (IPAddress.TryParse(host, out IPAddress? address)) names.AddIpAddress(address);
        else names.AddDnsName(host);
        return names.Build();
    }
}
