using L4Balancer.Net;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>What <c>bulk-load</c> is told.</summary>
internal sealed record BulkLoadOptions
{
    public const string Usage = "bulk-load ADDRESS:PORT --connections N " + LoadTimes.Usage;

    /// <summary>To whom.</summary>
    public required IpEndpoint Address { get; init; }

    /// <summary>Connections, all the time.</summary>
    public required int Connections { get; init; }

    /// <summary>How long.</summary>
    public required LoadTimes Times { get; init; }

    /// <summary>Reads the arguments of the command.</summary>
    /// <returns>Null where they are wrong.</returns>
    public static BulkLoadOptions? Parse(string[] args)
    {
        if (LoadArguments.Parse(args) is not { } arguments) return null;

        BulkLoadOptions options = new()
        {
            Address = arguments.Address,
            Connections = arguments.Take("--connections", 1, 50_000),
            Times = LoadTimes.Take(arguments),
        };
        return arguments.AreRight ? options : null;
    }
}
