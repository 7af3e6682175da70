using System.Globalization;
using L4Balancer.Bench.Peers.Machine;

namespace L4Balancer.Bench.Peers.Balancers;

/// <summary>
/// The ports of 127.0.0.1 by which services are reached: the servers' own, or a balancer's before them.
/// </summary>
internal sealed class Endpoints
{
    private readonly Dictionary<Service, int> _ports = [];

    /// <summary>Takes a free port for each.</summary>
    public Endpoints(FreePorts ports, IEnumerable<Service> services)
    {
        foreach (Service service in services) _ports[service] = ports.Take();
    }

    public int this[Service service] => _ports[service];

    /// <summary>As load generators want it: address and port.</summary>
    public string Address(Service service) =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_ports[service]}");
}
