using System.Globalization;
using System.Net;
using L4Balancer.Bench.Interop;
using L4Balancer.Net;

namespace L4Balancer.Bench.Load;

/// <summary>What <c>udp-load</c> is told.</summary>
internal sealed record UdpLoadOptions
{
    public const string Usage =
        "usage: udp-load ADDRESS:PORT --flows N --outstanding K --bytes B --seconds S [--train T] [--warm-up S]"
        + " [--watch PID]";

    /// <summary>To whom.</summary>
    public required IpEndpoint Address { get; init; }

    /// <summary>Flows, each a connected socket.</summary>
    public required int Flows { get; init; }

    /// <summary>Trains that a flow keeps under way; without trains, datagrams.</summary>
    public required int Outstanding { get; init; }

    /// <summary>Bytes of a datagram.</summary>
    public required int Bytes { get; init; }

    /// <summary>How long it is measured.</summary>
    public required int Seconds { get; init; }

    /// <summary>How long it runs before it is measured.</summary>
    public int WarmUpSeconds { get; init; } = 1;

    /// <summary>Datagrams that are sent as one; 1: no trains.</summary>
    public int Train { get; init; } = 1;

    /// <summary>The process whose CPU time is measured as well, or 0.</summary>
    public int WatchedProcess { get; init; }

    private bool IsPossible =>
        Flows > 0 && Outstanding is > 0 and <= 64 && Seconds > 0
        && Bytes is >= LoadDatagram.HeaderBytes and < LoadBatch.BufferBytes
        && Train is > 0 and <= LoadDatagram.MostOfTrain && Train * Bytes <= 65_507;

    /// <summary>Reads the arguments of the command.</summary>
    /// <returns>Null where they are wrong.</returns>
    public static UdpLoadOptions? Parse(string[] args)
    {
        if (args.Length % 2 == 0 || !IPEndPoint.TryParse(args[0], out IPEndPoint? address)) return null;

        Dictionary<string, int> values = [];
        for (int i = 1; i < args.Length; i += 2)
        {
            if (!int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out int value)) return null;
            values[args[i]] = value;
        }

        UdpLoadOptions options = new()
        {
            Address = IpEndpoint.From(address),
            Flows = Take("--flows", 0),
            Outstanding = Take("--outstanding", 0),
            Bytes = Take("--bytes", 0),
            Seconds = Take("--seconds", 0),
            Train = Take("--train", 1),
            WarmUpSeconds = Take("--warm-up", 1),
            WatchedProcess = Take("--watch", 0),
        };
        return values.Count == 0 && options.IsPossible ? options : null;

        int Take(string name, int absent) => values.Remove(name, out int value) ? value : absent;
    }
}
