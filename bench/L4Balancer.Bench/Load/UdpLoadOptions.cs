using L4Balancer.Net;

namespace L4Balancer.Bench.Load;

/// <summary>What <c>udp-load</c> is told.</summary>
internal sealed record UdpLoadOptions
{
    public const string Usage =
        "udp-load ADDRESS:PORT --flows N --outstanding K --bytes B " + LoadTimes.Usage + " [--train T]";

    /// <summary>The most that one datagram carries by IPv4, and so does a train that is sent as one.</summary>
    private const int MostOfTrainBytes = 65_507;

    /// <summary>To whom.</summary>
    public required IpEndpoint Address { get; init; }

    /// <summary>Flows, each a connected socket.</summary>
    public required int Flows { get; init; }

    /// <summary>Trains that a flow keeps under way; without trains, datagrams.</summary>
    public required int Outstanding { get; init; }

    /// <summary>Bytes of a datagram.</summary>
    public required int Bytes { get; init; }

    /// <summary>How long.</summary>
    public required LoadTimes Times { get; init; }

    /// <summary>Datagrams that are sent as one; 1: no trains.</summary>
    public int Train { get; init; } = 1;

    /// <summary>Reads the arguments of the command.</summary>
    /// <returns>Null where they are wrong.</returns>
    public static UdpLoadOptions? Parse(string[] args)
    {
        if (LoadArguments.Parse(args) is not { } arguments) return null;

        UdpLoadOptions options = new()
        {
            Address = arguments.Address,
            Flows = arguments.Take("--flows", 1, 50_000),
            Outstanding = arguments.Take("--outstanding", 1, 64),
            Bytes = arguments.Take("--bytes", LoadDatagram.HeaderBytes, MostOfTrainBytes),
            Train = arguments.Take("--train", 1, LoadDatagram.MostOfTrain, absent: 1),
            Times = LoadTimes.Take(arguments),
        };
        return arguments.AreRight && options.Train * options.Bytes <= MostOfTrainBytes ? options : null;
    }
}
