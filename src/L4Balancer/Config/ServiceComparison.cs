using L4Balancer.Net;

namespace L4Balancer.Config;

/// <summary>What changes of services: which there are, where they listen, what their keys say.</summary>
internal sealed class ServiceComparison(ConfigDiff diff, BalancerConfig now, BalancerConfig next)
{
    private readonly Dictionary<(FlowProtocol, ListenAddress), ServiceConfig> _ownersNow = Owners(now);

    /// <summary>Writes its lines.</summary>
    public void Write()
    {
        Dictionary<(string, FlowProtocol), ServiceConfig> before = now.Services.ToDictionary(Identity);
        foreach (ServiceConfig service in next.Services)
        {
            if (before.Remove(Identity(service), out ServiceConfig? same)) Compare(same, service);
            else diff.Change($"{Named(service)} is added: listens on {Sockets(service, service.Listen)}, "
                + $"pool {service.Pool.Name}");
        }

        foreach (ServiceConfig gone in before.Values)
        {
            diff.Change($"{Named(gone)} is removed; its flows drain{PoolComparison.Bound(gone.Pool)}");
        }
    }

    private static (string, FlowProtocol) Identity(ServiceConfig service) => (service.Name, service.Protocol);

    private static Dictionary<(FlowProtocol, ListenAddress), ServiceConfig> Owners(BalancerConfig config)
    {
        Dictionary<(FlowProtocol, ListenAddress), ServiceConfig> owners = [];
        foreach (ServiceConfig service in config.Services)
        {
            foreach (ListenAddress address in service.Listen) owners.TryAdd((service.Protocol, address), service);
        }

        return owners;
    }

    /// <summary>The protocol stands beside the name only where the name alone would not say which is meant.</summary>
    private string Named(ServiceConfig service)
    {
        bool isAmbiguous = now.Services.Concat(next.Services)
            .Any(other => other.Name == service.Name && other.Protocol != service.Protocol);
        string protocol = ConfigWords.Of(ConfigWords.Protocols, service.Protocol);
        return isAmbiguous ? $"service {service.Name} ({protocol})" : $"service {service.Name}";
    }

    private void Compare(ServiceConfig before, ServiceConfig after)
    {
        string owner = $"{Named(after)}: ";
        ListenAddress[] opened = [.. after.Listen.Except(before.Listen)];
        ListenAddress[] closed = [.. before.Listen.Except(after.Listen)];
        if (opened.Length > 0) diff.Change($"{owner}listens also on {Sockets(after, opened)}");
        if (closed.Length > 0) diff.Change($"{owner}no longer listens on {Listed(closed)}");
        if (before.Pool.Name != after.Pool.Name)
        {
            diff.Change($"{owner}pool {before.Pool.Name} -> {after.Pool.Name}, for new flows");
        }

        bool keepsListeners = before.Listen.Intersect(after.Listen).Any();
        foreach (ConfigKey<ServiceConfig> key in ConfigKeys.Service)
        {
            // A socket is bound once: what is said of that matters only to those still to be opened.
            bool ofSockets = key.Effect == KeyEffect.NextStart;
            if (!ofSockets) diff.CompareKeys(owner, [key], before, after);
            else if (key.Change(before, after) is not { } change) continue;
            else if (keepsListeners) diff.Warn($"{owner}{change} takes effect for open listeners at the next start");
            else diff.Change($"{owner}{change}");
        }
    }

    /// <summary>Lists addresses and says of those that another service has so far whose they are.</summary>
    private string Sockets(ServiceConfig service, IEnumerable<ListenAddress> addresses)
    {
        ILookup<ServiceConfig?, ListenAddress> byOwner =
            addresses.ToLookup(address => _ownersNow.GetValueOrDefault((service.Protocol, address)));
        return string.Join(", ", byOwner.Select(group => group.Key is { } owner
            ? $"{Listed(group)} (taken over from {Named(owner)})"
            : Listed(group)));
    }

    private static string Listed(IEnumerable<ListenAddress> addresses) =>
        string.Join(", ", ListenRanges.Of(addresses));
}
