using L4Balancer.Daemon.Logging;

namespace L4Balancer.Daemon.Admin.Forms;

/// <summary>What a backend's agent has said and not taken back.</summary>
internal sealed record AgentJson(
    string? At,
    string Text,
    string State,
    bool Down,
    string Reason,
    int WeightPercent,
    int? Weight,
    int MaxConnections,
    string Failure)
{
    /// <summary>Writes it.</summary>
    public static AgentJson? Of(AgentStatus? agent) => agent is null ? null : new AgentJson(
        agent.At is { } at ? LogLines.Time(at) : null, agent.Text, Written.Word(agent.State), agent.IsDown,
        agent.Reason, agent.Percent, agent.Weight, agent.MaxConnections, agent.Failure);
}
