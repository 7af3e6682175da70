using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>
/// Opens TLS to a backend and looks at its certificate. Nothing but the backend is asked: no revocation list, no
/// certificate that a chain names but does not bring.
/// </summary>
internal static class TlsOpening
{
    /// <summary>
    /// The name to ask for and to verify: the one that is configured, otherwise the HTTP host's, otherwise the
    /// backend's, which may be an address. Such a one is verified, but not asked for (RFC 6066, 3).
    /// </summary>
    public static string NameFor(ProbeTarget target)
    {
        HealthConfig check = target.Check;
        if (check.Tls.Name.Length > 0) return check.Tls.Name;

        bool hasHost = check.Type == ProbeType.Http && check.Http.Host.Length > 0;
        return hasHost && Uri.TryCreate($"https://{check.Http.Host}", UriKind.Absolute, out Uri? host)
            ? host.IdnHost
            : target.Host;
    }

    /// <summary>
    /// Shakes hands; <see cref="ProbeTalk.Stream"/> is TLS then, which the caller closes.
    /// </summary>
    /// <exception cref="AuthenticationException">No TLS with this server; see <see cref="Explain"/>.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="OperationCanceledException">The deadline came first.</exception>
    public static async Task<TlsFinding> RunAsync(ProbeTalk talk, ProbeTarget target, TimeProvider time)
    {
        talk.Awaited = "connected, but no TLS handshake";
        string name = NameFor(target);
        DateTimeOffset now = time.GetUtcNow();
        CertificateFacts? facts = null;
        SslStream secured = new(talk.Stream, leaveInnerStreamOpen: false);
        try
        {
            SslClientAuthenticationOptions options = new()
            {
                TargetHost = name,
                AllowTlsResume = false, // A resumed session says nothing of the certificate that there is now.
                CertificateChainPolicy = TrustedAuthorities.PolicyFor(target.Check.Tls, now),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    // The handshake goes on whatever is wrong with it: this side says so better than an alert would.
                    facts = certificate is X509Certificate2 shown
                        ? CertificateFacts.Of(shown, chain, errors, now)
                        : null;
                    return facts is not null;
                },
            };
            await secured.AuthenticateAsClientAsync(options, talk.Token);
            talk.Stream = secured;
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }

        string version = secured.SslProtocol switch
        {
            SslProtocols.Tls13 => "TLS 1.3",
            SslProtocols.Tls12 => "TLS 1.2",
            _ => "TLS", // Older ones have to be allowed by the system first.
        };
        string? problem = target.Check.Tls.Verify ? facts!.Problem(name) : null;
        return new TlsFinding(version, facts!.Expiry, problem, facts.ValidityText);
    }

    /// <summary>Why there is no TLS, in the words of OpenSSL where it has some.</summary>
    public static string Explain(AuthenticationException failure)
    {
        Exception innermost = failure;
        while (innermost.InnerException is { } inner) innermost = inner;

        // error:0A00042E:SSL routines::tlsv1 alert protocol version
        string text = innermost.Message;
        int reason = text.LastIndexOf("::", StringComparison.Ordinal);
        if (reason >= 0) return $"TLS handshake failed ({text[(reason + 2)..].Trim()})";

        return "TLS handshake failed (the answer is not TLS)";
    }
}
