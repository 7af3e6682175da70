namespace L4Balancer.Backends;

/// <content>What its agent says of it, and how many flows fail with it.</content>
internal sealed partial class Backend
{
    private volatile AgentReport _agent = AgentReport.None;
    private long _failedFlows;
    private long _failedCounted;

    /// <summary>What the agent on the server wants of it, beside the operator.</summary>
    public AgentReport Agent => _agent;

    /// <summary>Percent of its weight that counts in the end, with what the agent wants. 1 to 100.</summary>
    public int WeightPercent => Math.Max(1, WeightFactor * _agent.Percent / AgentReport.WholeWeight);

    /// <summary>Most sessions at once: the lesser of what is configured and what the agent wants; 0 for none.</summary>
    public int MaxSessions => _maxSessions;

    /// <summary>Flows that failed with it since the start.</summary>
    public long FailedFlows => Volatile.Read(ref _failedFlows);

    /// <summary>Those of them that <see cref="TotalSessions"/> has counted too.</summary>
    public long FailedCounted => Volatile.Read(ref _failedCounted);

    /// <summary>A real flow failed with it.</summary>
    /// <param name="wasEstablished">Its session has been counted before, as it is where nothing is waited for.</param>
    /// <returns>Failures since the last success.</returns>
    public int CountFailure(bool wasEstablished = false)
    {
        Interlocked.Increment(ref _failedFlows);
        if (wasEstablished) Interlocked.Increment(ref _failedCounted);
        return Interlocked.Increment(ref _failuresInRow);
    }

    /// <summary>The agent has said something. Control plane.</summary>
    internal void SetAgent(AgentReport said)
    {
        bool isAnotherLimit = said.MaxSessions != _agent.MaxSessions;
        _agent = said;
        if (isAnotherLimit) SetLimit();
    }

    private void SetLimit() => _maxSessions = (_config.MaxConnections, _agent.MaxSessions) switch
    {
        (0, var agents) => agents,
        (var configured, 0) => configured,
        var (configured, agents) => Math.Min(configured, agents),
    };
}
