using L4Balancer.Telemetry;

namespace L4Balancer.Backends;

/// <summary>A live session of whatever transport, for who looks at all of them. Its shard's thread alone.</summary>
internal interface ILiveFlow
{
    /// <summary>The backend that it counts at; null while there is none.</summary>
    public Backend? Backend { get; }

    /// <summary>Time since it began.</summary>
    public TimeSpan Age { get; }

    /// <summary>What there is to know of it.</summary>
    public FlowStatus Status();

    /// <summary>
    /// Its backend is down, and its flows are not to stay: it ends, or goes to another where it can still do so.
    /// </summary>
    public void OnBackendDown();

    /// <summary>Ends it. Only the first call has an effect.</summary>
    public void Close(CloseReason reason);
}
