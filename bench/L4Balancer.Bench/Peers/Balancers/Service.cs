namespace L4Balancer.Bench.Peers.Balancers;

/// <summary>A server that the balancers stand before, each on a listening address of its own.</summary>
internal enum Service
{
    /// <summary>nginx: a small HTTP answer.</summary>
    Web,

    /// <summary>iperf3.</summary>
    Bulk,

    /// <summary>Sends TCP back.</summary>
    Echo,

    /// <summary>Answers one request and closes.</summary>
    Close,

    /// <summary>Reads and throws away.</summary>
    Sink,

    /// <summary>Sends without end.</summary>
    Flood,

    /// <summary>Sends datagrams back.</summary>
    Datagrams,

    /// <summary>Sends datagrams back, as trains.</summary>
    Trains,
}

/// <summary>What is known of services.</summary>
internal static class Services
{
    /// <summary>Those of TCP; the first is asked whether a balancer serves.</summary>
    public static readonly IReadOnlyList<Service> Tcp =
        [Service.Web, Service.Bulk, Service.Echo, Service.Close, Service.Sink, Service.Flood];

    /// <summary>Those of UDP.</summary>
    public static readonly IReadOnlyList<Service> Udp = [Service.Datagrams, Service.Trains];

    public static bool IsUdp(this Service service) => service is Service.Datagrams or Service.Trains;

    /// <summary>The name in configurations.</summary>
    public static string Word(this Service service) => service.ToString().ToLowerInvariant();
}
