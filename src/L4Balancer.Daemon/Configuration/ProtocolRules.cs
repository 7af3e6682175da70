using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// What a service's protocol changes: the idle timeout that it has by default, and which keys mean nothing to it. In
/// <c>[defaults]</c> the keys of both kinds may stand side by side.
/// </summary>
internal sealed class ProtocolRules(TableReader defaults, ProblemList problems)
{
    private static readonly string[][] TcpKeys =
        [["backlog"], ["timeouts", "connect"], ["timeouts", "half_close"]];

    private static readonly string[] Idle = ["timeouts", "idle"];

    /// <summary>Applies them to a service that has been read, and reports what its own table has in vain.</summary>
    public ServiceConfig Apply(ServiceConfig service, TableReader table)
    {
        // A protocol that is misspelt has been reported, and with which keys it goes is anybody's guess.
        TomlEntry? named = table.Find("protocol") ?? defaults.Find("protocol");
        bool isMisspelt =
            named is { Value: var word } && !KnownKeys.Says(word, ConfigWords.Protocols, service.Protocol);
        if (isMisspelt) return service;
        if (service.Protocol == FlowProtocol.Udp) return ApplyUdp(service, table);

        ReportVain(table, ["udp"], "TCP", ", or write protocol = \"udp\"");
        return service;
    }

    private ServiceConfig ApplyUdp(ServiceConfig service, TableReader table)
    {
        foreach (string[] key in TcpKeys) ReportVain(table, key, "UDP", "");

        TomlEntry? idle = table.Find(Idle);
        if (idle is null && defaults.Find(Idle) is null)
        {
            return service with { Timeouts = service.Timeouts with { Idle = TimeoutConfig.UdpIdle } };
        }

        if (service.Timeouts.Idle == TimeSpan.Zero)
        {
            problems.Error(
                idle?.Value.Position ?? table.Position,
                $"with idle = \"0s\" UDP sessions would never end; write timeouts.idle = \"60s\" in [{table.Path}]");
        }

        return service;
    }

    private void ReportVain(TableReader table, string[] key, string protocol, string otherwise)
    {
        if (table.Find(key) is not { } entry) return;

        problems.Error(
            entry.KeyPosition, $"'{entry.Key}' means nothing to a {protocol} service; remove it{otherwise}");
    }
}
