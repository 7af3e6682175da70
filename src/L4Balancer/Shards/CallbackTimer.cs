namespace L4Balancer.Shards;

/// <summary>A deadline of somebody who has several.</summary>
internal sealed class CallbackTimer(Action due) : ShardTimer
{
    protected internal override void OnDue() => due();
}
