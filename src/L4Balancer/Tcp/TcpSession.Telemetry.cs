using L4Balancer.Backends;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer.Tcp;

/// <content>What others are told of a session.</content>
internal sealed partial class TcpSession
{
    /// <inheritdoc/>
    public Backend? Backend => _countsAtBackend ? _backend : null;

    /// <inheritdoc/>
    public TimeSpan Age => ShardClock.Between(_acceptedAt, Shard.Now);

    /// <summary>True of its client's socket, which stands for the session where each is to be seen once.</summary>
    public bool IsClient(ShardDescriptor socket) => socket == _client;

    /// <inheritdoc/>
    public FlowStatus Status() => new()
    {
        Id = new FlowId(Shard.Index, _client.Registration),
        Service = _service.Config.Name,
        Flow = _flow,
        Pool = _service.Pool.Name,
        Backend = IsWaiting ? null : _backend?.Name,
        Phase = Phase,
        Age = Age,
        Idle = ShardClock.Between(_lastActivity, Shard.Now),
        ClientBytes = _clientBytes,
        ServerBytes = _serverBytes,
    };

    private bool IsWaiting => _stay is { IsWaiting: true };

    private FlowPhase Phase =>
        IsWaiting ? FlowPhase.Queued
        : !IsRelaying ? FlowPhase.Dialling
        : IsHalfClosed ? FlowPhase.HalfClosed
        : FlowPhase.Open;

    /// <summary>Who accepts and says nothing, or resets at once, is not the fastest.</summary>
    private void RecordUnanswered(CloseReason reason)
    {
        if (reason == CloseReason.ServerAbort) _backend!.Latency?.RecordFailure(Shard.Now);
        else if (_askedAt != 0) _backend!.Latency?.RecordUnanswered(Shard.Now - _askedAt, Shard.Now);
    }

    private FlowRecord Record(CloseReason reason, TimeSpan duration) => new()
    {
        Service = _service.Config.Name,
        Flow = _flow,
        Backend = _backend?.Name,
        Reason = reason,
        ClientBytes = _clientBytes,
        ServerBytes = _serverBytes,
        Attempts = _attempts,
        QueueDuration = _stay?.Waited ?? TimeSpan.Zero,
        ConnectDuration = IsRelaying ? ShardClock.Between(_acceptedAt, _establishedAt) : TimeSpan.Zero,
        Duration = duration,
        EndedTimestamp = Shard.Now,
    };
}
