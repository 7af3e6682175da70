namespace L4Balancer.Config;

/// <summary>The <c>[….health.tls]</c> table: how a probe opens TLS.</summary>
public sealed record TlsProbeConfig
{
    /// <summary>
    /// The name that is asked for (SNI) and that the certificate must be for where it is verified. Default empty: of
    /// an HTTP probe the name of its host, otherwise none, and what is verified is the address.
    /// </summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// Whether a certificate that has expired, is for another name or of an authority that is not trusted is a failure.
    /// Default false.
    /// </summary>
    public bool Verify { get; init; }

    /// <summary>
    /// File of the authorities that are trusted, PEM, by its full path. Default empty: those of the system.
    /// </summary>
    public string Ca { get; init; } = "";
}
