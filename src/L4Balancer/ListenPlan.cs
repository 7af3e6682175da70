using L4Balancer.Config;
using L4Balancer.Shards;

namespace L4Balancer;

/// <summary>Where the listeners of one configured address come from: they go on, or are opened.</summary>
/// <param name="service">Who is to listen.</param>
/// <param name="address">Where.</param>
internal sealed class ListenPlan(ServiceConfig service, ListenAddress address)
{
    /// <summary>Who is to listen.</summary>
    public ServiceConfig Service => service;

    /// <summary>The listeners that go on, with the service they belong to by now; null where there are none.</summary>
    public (ListenerGroup Group, ServiceRuntime Owner)? Kept { get; private set; }

    /// <summary>The sockets that were opened and have no listeners yet.</summary>
    public OpenedSockets? Opened { get; set; }

    /// <summary>
    /// Plans for every address of a configuration. Listeners stay with their service where that has the address still,
    /// and otherwise go to who has it now. Several may have the same address: port 0 is another one each time.
    /// </summary>
    public static IReadOnlyList<ListenPlan> Make(BalancerConfig next, IEnumerable<ServiceRuntime> services)
    {
        ListenPlan[] plans =
        [
            .. from service in next.Services
               from address in service.Listen
               select new ListenPlan(service, address),
        ];
        List<(ListenerGroup Group, ServiceRuntime Owner)> groups =
        [
            .. from service in services
               from listeners in service.Groups
               where listeners.GoesOn
               select (listeners, service),
        ];
        foreach (ListenPlan plan in plans) plan.Take(groups, alsoOfOthers: false);
        foreach (ListenPlan plan in plans) plan.Take(groups, alsoOfOthers: true);
        return plans;
    }

    private void Take(List<(ListenerGroup Group, ServiceRuntime Owner)> groups, bool alsoOfOthers)
    {
        if (Kept is not null) return;

        int found = groups.FindIndex(one => one.Group.Protocol == service.Protocol
            && one.Group.Configured == address
            && (alsoOfOthers || one.Owner.Is(service)));
        if (found < 0) return;

        Kept = groups[found];
        groups.RemoveAt(found);
    }

    /// <summary>Opens sockets where no listeners go on.</summary>
    /// <param name="shards">How many.</param>
    /// <param name="own">What this process listens on by now.</param>
    /// <param name="inherited">What this process was given at its start and nobody has taken yet.</param>
    /// <exception cref="BalancerStartException">The address cannot be listened on.</exception>
    public void Open(int shards, IReadOnlyCollection<ListenerGroup> own, InheritedSockets inherited)
    {
        if (Kept is not null) return;

        bool besideOwn = inherited.Overlaps(service.Protocol, address) || own.Any(
            group => group.Protocol == service.Protocol && ListenOverlap.Exists(group.Bound.Address, address));
        Opened = new OpenedSockets(
            address, ListeningSockets.Open(service, address, shards, besideOwn, inherited));
    }
}
