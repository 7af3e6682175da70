namespace L4Balancer.Health;

/// <summary>A TLS handshake, and the certificate that the server shows.</summary>
internal static class TlsProbe
{
    /// <summary>Connects, opens TLS and closes both. Never throws for what the network does.</summary>
    /// <exception cref="OperationCanceledException">The caller's own token was cancelled.</exception>
    public static Task<ProbeResult> RunAsync(
        ProbeTarget target, TimeProvider time, CancellationToken cancellationToken) =>
        StreamProbe.RunAsync(
            target,
            time,
            async talk =>
            {
                TlsFinding finding = await TlsOpening.RunAsync(talk, target, time);
                await using Stream opened = talk.Stream;
                return finding.Problem is { } problem
                    ? new ProbeResult(false, problem) { CertificateExpiry = finding.Expiry }
                    : new ProbeResult(true, $"{finding.Version} after {talk.Clock}, {finding.CertificateText}")
                    {
                        CertificateExpiry = finding.Expiry,
                    };
            },
            cancellationToken);
}
