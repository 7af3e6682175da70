using System.Net;
using System.Runtime.CompilerServices;
using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>
/// What makes two probes the same, so that one of them suffices: where they go, and all keys that say what is asked.
/// When it is asked, and what follows from the answer, is each backend's own affair.
/// </summary>
/// <param name="Endpoint">Where it goes.</param>
/// <param name="Host">The backend's host, where something is told of it.</param>
/// <param name="Name">The backend's name, where something is told of it.</param>
/// <param name="Timeout">All the time that it has.</param>
/// <param name="Question">The keys that say what is asked, as text.</param>
internal readonly record struct ProbeIdentity(
    IPEndPoint Endpoint, string Host, string Name, TimeSpan Timeout, string Question)
{
    /// <summary>Keys that say when a probe is made or what its results come to.</summary>
    private static readonly string[] NotAsked =
    [
        "health.interval", "health.interval_down", "health.interval_transition", "health.jitter", "health.rise",
        "health.fall", "health.initial", "health.agent_port", "health.agent_interval", "health.agent_send",
    ];

    private static readonly ConditionalWeakTable<HealthConfig, string> Texts = [];

    /// <summary>What a target's probe is.</summary>
    public static ProbeIdentity Of(ProbeTarget target)
    {
        string question = target.AsksAgent
            ? $"agent {ConfigText.Bytes(target.Check.AgentSend)} {target.Check.Source}"
            : Texts.GetValue(target.Check, QuestionOf);

        // Some types speak of the host to the server, and a program is told of the name.
        (string host, string name) = target.Check.Type switch
        {
            _ when target.AsksAgent => ("", ""),
            ProbeType.Tls or ProbeType.Http => (target.Host, ""),
            ProbeType.Exec => (target.Host, target.Name),
            _ => ("", ""),
        };
        return new ProbeIdentity(target.Endpoint, host, name, target.Timeout, question);
    }

    private static string QuestionOf(HealthConfig check)
    {
        PoolConfig pool = new() { Name = "", Backends = [], Health = check };
        return string.Join(
            '\n',
            from key in ConfigKeys.Pool
            where key.Name.StartsWith("health.", StringComparison.Ordinal) && !NotAsked.Contains(key.Name)
            select key.Line(pool));
    }
}
