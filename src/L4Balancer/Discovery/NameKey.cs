using System.Net;
using L4Balancer.Config;

namespace L4Balancer.Discovery;

/// <summary>What a name's look-ups depend on: those of several backends and pools are the same by it.</summary>
/// <param name="Name">The host's name, or that of SRV records.</param>
/// <param name="IsSrv">Which of both.</param>
/// <param name="Interval">From one look-up to the next; zero: until it is known.</param>
/// <param name="Hold">How long the last answer is kept while look-ups fail.</param>
/// <param name="Servers">Who is asked, blanks between; empty for the system.</param>
internal sealed record NameKey(string Name, bool IsSrv, TimeSpan Interval, TimeSpan Hold, string Servers)
{
    /// <summary>Of a backend that is a name; null of one that is an address.</summary>
    public static NameKey? Of(BackendConfig backend, ResolveConfig names) =>
        !backend.IsSrv && IPAddress.TryParse(backend.Host, out _)
            ? null
            : new NameKey(
                backend.Host, backend.IsSrv, names.Interval, names.Hold, string.Join(' ', names.Servers));

    /// <summary>As the configuration writes it, without a port.</summary>
    public override string ToString() => IsSrv ? BackendConfig.SrvPrefix + Name : Name;

    /// <summary>What looks it up.</summary>
    public ILookUp MakeLookUp(TimeProvider time)
    {
        if (!IsSrv && Servers.Length == 0) return new SystemLookUp(Name);

        IPEndPoint[] named =
            [.. Servers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static one => IPEndPoint.Parse(one))];
        DnsRecords records = new(new DnsClient(time), () => named.Length > 0 ? named : NameServers.OfSystem());
        return IsSrv ? new ServiceLookUp(Name, records) : new HostLookUp(Name, records);
    }
}
