using L4Balancer.Backends;

namespace L4Balancer;

/// <summary>What the agent on a server has said of it and not taken back.</summary>
/// <param name="At">When it spoke last; null where it never has.</param>
/// <param name="Text">Its last words; empty where there were none.</param>
/// <param name="State">Whether it wants flows, beside what the operator wants.</param>
/// <param name="IsDown">It calls its server down.</param>
/// <param name="Reason">Why it is down; empty where it did not say.</param>
/// <param name="Percent">Percent of the weight that it wants.</param>
/// <param name="Weight">The weight that it wants in place of the configured one; null where it did not say.</param>
/// <param name="MaxConnections">Most sessions that it wants; 0 where it did not say.</param>
/// <param name="Failure">Why it could not be asked the last time; empty where it could.</param>
public sealed record AgentStatus(
    DateTimeOffset? At, string Text, AdminState State, bool IsDown, string Reason, int Percent, int? Weight,
    int MaxConnections, string Failure)
{
    internal static AgentStatus? Of(AgentReport report) => report is { Text.Length: 0, Failure.Length: 0 }
        ? null
        : new AgentStatus(
            report.Text.Length == 0 ? null : report.At, report.Text, report.Admin, report.IsDown, report.Reason,
            report.Percent, report.Weight, report.MaxSessions, report.Failure);
}
