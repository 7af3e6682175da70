namespace L4Balancer.Health;

/// <summary>What a probe found when it opened TLS.</summary>
/// <param name="Version">The protocol: "TLS 1.3".</param>
/// <param name="Expiry">When the server's certificate expires.</param>
/// <param name="Problem">What speaks against the certificate; null where nothing does.</param>
/// <param name="CertificateText">How long the certificate is valid, for people.</param>
internal sealed record TlsFinding(string Version, DateTimeOffset Expiry, string? Problem, string CertificateText);
