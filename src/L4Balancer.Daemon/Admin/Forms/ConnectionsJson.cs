using L4Balancer.Net;
using L4Balancer.Telemetry;

namespace L4Balancer.Daemon.Admin.Forms;

/// <summary>Some of the live connections.</summary>
internal sealed record ConnectionsJson(int Total, IReadOnlyList<ConnectionJson> Connections);

/// <summary>A live connection, or a UDP session.</summary>
internal sealed record ConnectionJson(
    string Id,
    string Service,
    string Protocol,
    string Pool,
    string Client,
    string Local,
    string? Backend,
    string Phase,
    double AgeSeconds,
    double IdleSeconds,
    long ClientBytes,
    long ServerBytes)
{
    /// <summary>Writes a status.</summary>
    public static ConnectionJson Of(FlowStatus flow) => new(
        flow.Id.ToString(),
        flow.Service,
        flow.Flow.Protocol == FlowProtocol.Udp ? "udp" : "tcp",
        flow.Pool,
        flow.Flow.Client.ToString(),
        flow.Flow.Local.ToString(),
        flow.Backend,
        Written.Word(flow.Phase),
        Written.Seconds(flow.Age),
        Written.Seconds(flow.Idle),
        flow.ClientBytes,
        flow.ServerBytes);
}

/// <summary>Who uses most.</summary>
internal sealed record TopJson(string By, IReadOnlyList<TopClientJson> Clients, IReadOnlyList<TopPrefixJson> Prefixes);

/// <summary>What a client uses.</summary>
internal sealed record TopClientJson(string Client, int Connections, long Bytes, double BytesPerSecond);

/// <summary>What a network uses.</summary>
internal sealed record TopPrefixJson(string Prefix, int Connections, long Bytes, double BytesPerSecond);
