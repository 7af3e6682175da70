namespace L4Balancer.Config;

/// <summary>
/// The keys of a <c>[….health]</c> table that make the request of an HTTP probe, and say what is a good answer.
/// </summary>
public sealed record HttpProbeConfig
{
    /// <summary>The method. Default GET.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>Path and query, from the first slash. Default /.</summary>
    public string Path { get; init; } = "/";

    /// <summary>What the Host header says. Default empty: the TLS name, otherwise the address.</summary>
    public string Host { get; init; } = "";

    /// <summary>The codes that are good. Default 200 to 399.</summary>
    public HttpStatusSet Status { get; init; } = HttpStatusSet.Good;

    /// <summary>What the beginning of the body must contain. Default empty: the body is not read.</summary>
    public AnswerPattern Body { get; init; } = AnswerPattern.Empty;

    /// <summary>The request goes over TLS. Default false.</summary>
    public bool Https { get; init; }
}
