using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// All listen addresses of a configuration with the place where each stands; no two of one protocol may overlap.
/// </summary>
internal sealed class ListenerList(ProblemList problems)
{
    private readonly Dictionary<(FlowProtocol, ushort), List<Listener>> _byPort = [];

    /// <summary>
    /// Adds the addresses of one entry of the file, and reports the first of them that overlaps one added before: a
    /// range that lies in another is one mistake, not a thousand.
    /// </summary>
    /// <param name="owner">What listens there, as it is called in a message: <c>[service.web]</c>.</param>
    /// <param name="protocol">What it takes there.</param>
    /// <param name="position">Where the entry stands; null for a default that the file does not mention.</param>
    /// <param name="addresses">The addresses that the entry stands for.</param>
    public void Add(
        string owner, FlowProtocol protocol, TomlPosition? position, IReadOnlyList<ListenAddress> addresses)
    {
        Listener? other =
            addresses.Select(address => Overlapping(protocol, address)).FirstOrDefault(found => found is not null);
        if (other is not null)
        {
            ListenAddress address = addresses.First(address => ListenOverlap.Exists(address, other.Address));
            Report(new Listener(owner, position, address), other);
        }

        foreach (ListenAddress address in addresses)
        {
            (FlowProtocol, ushort) port = (protocol, address.Endpoint.Port);
            if (!_byPort.TryGetValue(port, out List<Listener>? listeners)) _byPort[port] = listeners = [];
            listeners.Add(new Listener(owner, position, address));
        }
    }

    private Listener? Overlapping(FlowProtocol protocol, ListenAddress address) =>
        _byPort.TryGetValue((protocol, address.Endpoint.Port), out List<Listener>? listeners)
            ? listeners.Find(listener => ListenOverlap.Exists(address, listener.Address))
            : null;

    /// <summary>The later one in the file is at fault; a default is never.</summary>
    private void Report(Listener one, Listener other)
    {
        bool oneIsFirst = one.Position is not { } mine
            || (other.Position is { } theirs && (mine.Line, mine.Column).CompareTo((theirs.Line, theirs.Column)) < 0);
        (Listener first, Listener second) = oneIsFirst ? (one, other) : (other, one);

        string relation = first.Address == second.Address ? "is already" : $"overlaps {first.Address}, which is";
        string place = first.Position is { } position ? $"on line {position.Line}" : "by default";
        problems.Error(
            second.Position, $"{second.Address} of {second.Owner} {relation} taken by {first.Owner} {place}");
    }

    private sealed record Listener(string Owner, TomlPosition? Position, ListenAddress Address);
}
