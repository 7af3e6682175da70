using L4Balancer.Net;

namespace L4Balancer.Daemon.Admin.Forms;

/// <summary>A service with what it has counted.</summary>
internal sealed record ServiceJson(
    string Name,
    string Protocol,
    string Pool,
    IReadOnlyList<string> Listen,
    string State,
    SessionsJson Sessions,
    BytesJson Bytes,
    IReadOnlyDictionary<string, long> Closed,
    long Errors,
    long Retries,
    QueueJson? Queue = null)
{
    /// <summary>Writes a status.</summary>
    public static ServiceJson Of(ServiceStatus service) => new(
        service.Name,
        service.Protocol == FlowProtocol.Udp ? "udp" : "tcp",
        service.Pool,
        [.. service.Listeners.Select(static one => one.Address.ToString())],
        service.IsRemoved ? "removed" : "serving",
        new SessionsJson(service.Sessions, service.PeakSessions, service.MaxSessions, service.Accepted),
        new BytesJson(
            service.ReceivedFromClients, service.SentToClients, service.ReceivedFromServers, service.SentToServers),
        service.Closed,
        service.Errors,
        service.Retries,
        service.Protocol == FlowProtocol.Tcp ? new QueueJson(service.Queued, service.QueueSize) : null);
}

/// <summary>Sessions of a service.</summary>
internal sealed record SessionsJson(int Open, int Peak, int Limit, long Total);

/// <summary>The queue of a service's pool, which may be others' too: who waits, and how many may.</summary>
internal sealed record QueueJson(int Waiting, int Size);

/// <summary>Bytes of a service.</summary>
internal sealed record BytesJson(long FromClients, long ToClients, long FromServers, long ToServers);
