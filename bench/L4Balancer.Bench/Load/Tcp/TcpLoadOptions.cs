using L4Balancer.Net;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>What <c>tcp-load</c> is told.</summary>
internal sealed record TcpLoadOptions
{
    public const string Usage = "tcp-load ADDRESS:PORT --connections N " + LoadTimes.Usage
        + " [--rate R] [--bytes B] [--latencies summed|counted]";

    /// <summary>To whom.</summary>
    public required IpEndpoint Address { get; init; }

    /// <summary>Connections, all the time.</summary>
    public required int Connections { get; init; }

    /// <summary>Round trips per second of all connections together; 0: as many as there are answers.</summary>
    public required int Rate { get; init; }

    /// <summary>Bytes of a request, and of its reply.</summary>
    public required int Bytes { get; init; }

    /// <summary>Every latency is told with its count.</summary>
    public required bool CountsLatencies { get; init; }

    /// <summary>How long.</summary>
    public required LoadTimes Times { get; init; }

    /// <summary>Reads the arguments of the command.</summary>
    /// <returns>Null where they are wrong.</returns>
    public static TcpLoadOptions? Parse(string[] args)
    {
        if (LoadArguments.Parse(args) is not { } arguments) return null;

        TcpLoadOptions options = new()
        {
            Address = arguments.Address,
            Connections = arguments.Take("--connections", 1, 50_000),
            Rate = arguments.Take("--rate", 1, 10_000_000, absent: 0),
            Bytes = arguments.Take("--bytes", 1, 1 << 20, absent: 64),
            CountsLatencies = !arguments.TakeFirst("--latencies", "summed", "counted"),
            Times = LoadTimes.Take(arguments),
        };
        return arguments.AreRight ? options : null;
    }
}
