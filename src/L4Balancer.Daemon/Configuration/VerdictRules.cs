using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Toml;

namespace L4Balancer.Daemon.Configuration;

/// <summary>
/// Whether the keys that say how a pool's backends are judged go with the kind of its probe, which has to be settled.
/// </summary>
internal sealed class VerdictRules(ProblemList problems)
{
    /// <summary>Reports what does not go together.</summary>
    /// <param name="pool">As it was read.</param>
    /// <param name="table">Where its keys stand: <c>[pool.NAME]</c>, or the service with backends of its own.</param>
    public void Check(PoolConfig pool, TableReader table)
    {
        HealthConfig health = pool.Health;
        string word = ConfigWords.Of(ConfigWords.ProbeTypes, health.Type);
        bool isStream = health.Type is not (ProbeType.None or ProbeType.Udp or ProbeType.Exec);
        if (!isStream && health.ProxyProtocol != ProxyProtocol.Off)
        {
            Report(table.Find("health", "proxy_protocol"), $"a probe of type \"{word}\" has no connection that "
                + "'proxy_protocol' could begin; remove it or write another type");
        }

        if (health is { Type: ProbeType.None, Initial: not InitialState.Probe })
        {
            Report(table.Find("health", "initial"), "'initial' means nothing where nothing is probed; remove it or "
                + "write another type");
        }

        if (health.Type == ProbeType.None && pool.Ejection.Reinstate == Reinstatement.Probe)
        {
            Report(table.Find("ejection", "reinstate"), "'reinstate' waits for a probe, and nothing is probed; write "
                + "reinstate = \"time\" or another type in [….health]");
        }

        if (health.Source.IsAny) return;

        if (health is { Type: ProbeType.None or ProbeType.Exec, AgentPort: 0 })
        {
            Report(table.Find("health", "source"), $"a probe of type \"{word}\" has no 'source'; remove it or write "
                + "another type");
        }

        foreach (BackendConfig backend in pool.Backends)
        {
            if (!IsOfAnotherFamily(backend.Host, health.Source)) continue;

            Report(table.Find("health", "source"), $"'source' is {health.Source}, from where no probe reaches "
                + $"{ConfigText.Address(backend)}: one is IPv4 and the other IPv6");
            return;
        }
    }

    private static bool IsOfAnotherFamily(string host, IpAddress source) =>
        AddressSyntax.ParseLiteral(host) is { } address
        && address.AddressFamily == AddressFamily.InterNetwork != source.IsV4;

    private void Report(TomlEntry? entry, string message)
    {
        if (entry is { } written) problems.Error(written.KeyPosition, message);
    }
}
