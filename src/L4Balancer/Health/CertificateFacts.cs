using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace L4Balancer.Health;

/// <summary>What counts of a server's certificate, taken while the certificate is there.</summary>
internal sealed class CertificateFacts
{
    private const int MostNames = 3;

    private readonly TimeSpan _left;
    private readonly TimeSpan _untilValid;
    private readonly bool _isSelfSigned;
    private readonly string[] _names;
    private readonly SslPolicyErrors _errors;
    private readonly X509ChainStatusFlags _chain;

    private CertificateFacts(
        X509Certificate2 certificate, X509ChainStatusFlags chain, SslPolicyErrors errors, DateTimeOffset now)
    {
        Expiry = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        _left = Expiry - now;
        _untilValid = certificate.NotBefore.ToUniversalTime() - now.UtcDateTime;
        _isSelfSigned = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
        _names = NamesOf(certificate);
        _errors = errors;
        _chain = chain;
    }

    /// <summary>When it expires.</summary>
    public DateTimeOffset Expiry { get; }

    /// <summary>"certificate for 41 days", "certificate expired 3 days ago".</summary>
    public string ValidityText =>
        _left > TimeSpan.Zero ? $"certificate for {Written(_left)}" : $"certificate expired {Written(-_left)} ago";

    /// <summary>Takes them.</summary>
    /// <param name="certificate">As the server shows it.</param>
    /// <param name="chain">As it was built.</param>
    /// <param name="errors">What the framework found.</param>
    /// <param name="now">To tell how long it is valid.</param>
    public static CertificateFacts Of(
        X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset now)
    {
        X509ChainStatusFlags found = X509ChainStatusFlags.NoError;
        foreach (X509ChainStatus status in chain?.ChainStatus ?? []) found |= status.Status;
        return new CertificateFacts(certificate, found, errors, now);
    }

    /// <summary>What speaks against it as that of a name; null where nothing does.</summary>
    public string? Problem(string name)
    {
        if (_left <= TimeSpan.Zero) return ValidityText;
        if (_untilValid > TimeSpan.Zero) return $"certificate is valid only in {Written(_untilValid)}";
        if ((_errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0) return Mismatch(name);
        if ((_errors & SslPolicyErrors.RemoteCertificateChainErrors) == 0) return null;
        if (_isSelfSigned) return "certificate is self-signed";

        return _chain switch
        {
            _ when _chain.HasFlag(X509ChainStatusFlags.PartialChain) => "certificate's authority is not known here",
            _ when _chain.HasFlag(X509ChainStatusFlags.UntrustedRoot) => "certificate's authority is not trusted here",
            _ when _chain.HasFlag(X509ChainStatusFlags.NotTimeValid) => "certificate's authority has expired",
            _ => $"certificate is not good ({_chain})",
        };
    }

    private static string[] NamesOf(X509Certificate2 certificate)
    {
        X509SubjectAlternativeNameExtension? names =
            certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        if (names is null) return [certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)];

        return
        [
            .. names.EnumerateDnsNames().Take(MostNames + 1),
            .. names.EnumerateIPAddresses().Take(MostNames + 1).Select(static address => address.ToString()),
        ];
    }

    private string Mismatch(string name)
    {
        string[] shown = [.. _names.Take(MostNames).Select(AnswerQuote.Clean)];
        string rest = _names.Length > MostNames ? " and more" : "";
        string whom = shown.Length == 0 ? "nobody by name" : string.Join(", ", shown) + rest;
        return $"certificate is for {whom}, not for {name}";
    }

    /// <summary>A time to two figures or so.</summary>
    private static string Written(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => $"{(int)time.TotalDays} days",
        { TotalHours: >= 2 } => $"{(int)time.TotalHours} hours",
        { TotalMinutes: >= 2 } => $"{(int)time.TotalMinutes} minutes",
        _ => $"{(int)time.TotalSeconds} seconds",
    };
}
