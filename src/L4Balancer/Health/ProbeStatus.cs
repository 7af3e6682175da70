namespace L4Balancer.Health;

/// <summary>A probe that has ended.</summary>
/// <param name="At">When it ended.</param>
/// <param name="IsGood">It succeeded.</param>
/// <param name="Text">For people: "connect refused after 0.3 ms".</param>
/// <param name="CertificateExpiry">
/// When the certificate expires that the backend showed last; null where there was none to see.
/// </param>
public sealed record ProbeStatus(
    DateTimeOffset At, bool IsGood, string Text, DateTimeOffset? CertificateExpiry = null);
