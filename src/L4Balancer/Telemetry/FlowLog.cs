using L4Balancer.Config;
using L4Balancer.Net;

namespace L4Balancer.Telemetry;

/// <summary>Decides on one shard which flows leave a record, and keeps the records for the log's writer.</summary>
internal sealed class FlowLog(FlowLogFilter filter)
{
    private int _sinceLast;

    /// <summary>Records that wait, and how many found no room.</summary>
    public FlowRecordRing Ring { get; } = new();

    /// <summary>
    /// True where a flow that ended like this leaves a record. Counts it towards "one in n". The shard's thread.
    /// </summary>
    public bool Wants(CloseReason reason, FlowProtocol protocol)
    {
        if (filter.Errors && CloseReasons.IsError(reason, protocol)) return true;
        if (filter.OneIn == 0) return false;

        _sinceLast = (_sinceLast + 1) % filter.OneIn;
        return _sinceLast == 0;
    }
}
