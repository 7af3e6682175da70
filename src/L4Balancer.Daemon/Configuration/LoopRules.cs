using System.Net;
using L4Balancer.Config;
using L4Balancer.Net;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// Finds services that lead back to themselves: a backend is an address that the same service listens on, directly or
/// by way of others. Whatever comes in would go round until no place for a flow is left. Only literal addresses are
/// seen; beside the very address of a listener those of loopback, which every wildcard listener takes.
/// </summary>
internal static class LoopRules
{
    /// <summary>Why a service leads back to itself, or null where it does not, as far as can be seen.</summary>
    public static string? Problem(ServiceConfig service, IReadOnlyList<ServiceConfig> all)
    {
        foreach (BackendConfig backend in service.Pool.Backends)
        {
            HashSet<ServiceConfig> seen = new(ReferenceEqualityComparer.Instance);
            if (LeadsTo(service, backend, service.Protocol, all, seen))
            {
                return $"the backend \"{backend.Name}\" leads back to this service, so that whatever comes in would go "
                    + "round and round; a backend must not be an address that the service listens on";
            }
        }

        return null;
    }

    private static bool LeadsTo(
        ServiceConfig target, BackendConfig backend, FlowProtocol protocol, IReadOnlyList<ServiceConfig> all,
        HashSet<ServiceConfig> seen)
    {
        foreach (ServiceConfig next in all)
        {
            if (next.Protocol != protocol || !next.Listen.Any(listen => Takes(listen, backend))) continue;
            if (next == target) return true;
            if (seen.Add(next) && next.Pool.Backends.Any(one => LeadsTo(target, one, protocol, all, seen))) return true;
        }

        return false;
    }

    private static bool Takes(ListenAddress listen, BackendConfig backend)
    {
        if (listen.Endpoint.Port != backend.Port) return false;
        if (!IPAddress.TryParse(backend.Host, out IPAddress? host)) return false;

        IpAddress address = IpAddress.From(host);
        if (listen.Endpoint.Address == address) return true;

        bool ofItsFamily = listen.BothFamilies || address.IsV4 == listen.Endpoint.Address.IsV4;
        return listen.Endpoint.Address.IsAny && ofItsFamily && (IPAddress.IsLoopback(host) || address.IsAny);
    }
}
