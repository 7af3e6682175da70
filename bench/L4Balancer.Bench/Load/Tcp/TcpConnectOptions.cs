using L4Balancer.Net;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>What <c>tcp-connect</c> is told.</summary>
internal sealed record TcpConnectOptions
{
    public const string Usage = "tcp-connect ADDRESS:PORT --concurrency N " + LoadTimes.Usage
        + " [--bytes B] [--reply B] [--close server|client]";

    /// <summary>To whom.</summary>
    public required IpEndpoint Address { get; init; }

    /// <summary>Connections at a time.</summary>
    public required int Concurrency { get; init; }

    /// <summary>Bytes of a request.</summary>
    public required int Bytes { get; init; }

    /// <summary>Bytes of a reply.</summary>
    public required int ReplyBytes { get; init; }

    /// <summary>The server ends a connection; otherwise the client.</summary>
    public required bool ServerCloses { get; init; }

    /// <summary>How long.</summary>
    public required LoadTimes Times { get; init; }

    /// <summary>Reads the arguments of the command.</summary>
    /// <returns>Null where they are wrong.</returns>
    public static TcpConnectOptions? Parse(string[] args)
    {
        if (LoadArguments.Parse(args) is not { } arguments) return null;

        TcpConnectOptions options = new()
        {
            Address = arguments.Address,
            Concurrency = arguments.Take("--concurrency", 1, 50_000),
            Bytes = arguments.Take("--bytes", ConnectRequest.HeaderBytes, PatternBytes.MaxBytes, absent: 64),
            ReplyBytes = arguments.Take("--reply", 1, 1 << 30, absent: 128),
            ServerCloses = arguments.TakeFirst("--close", "server", "client"),
            Times = LoadTimes.Take(arguments),
        };
        return arguments.AreRight ? options : null;
    }
}
