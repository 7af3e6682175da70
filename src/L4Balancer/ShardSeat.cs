using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer;

/// <summary>A shard with the flow log that its sessions write to.</summary>
internal sealed record ShardSeat(Shard Shard, FlowLog FlowLog);
