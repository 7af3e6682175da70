using L4Balancer.Shards;

namespace L4Balancer.Tcp;

/// <summary>
/// Evens out sessions over the shards. The kernel spreads connections by their hash, which is even only on average, and
/// long sessions stay where they are; so a shard that holds well over the average hands fresh connections on.
/// </summary>
internal static class ShardBalance
{
    /// <summary>What a shard may hold over the average before it hands over: an eighth, and 16 sessions.</summary>
    private const int SlackShare = 8;
    private const int SlackSessions = 16;

    /// <summary>Index of the shard that takes a fresh connection accepted by <paramref name="accepting"/>.</summary>
    public static int Choose(Shard[] shards, int accepting)
    {
        int total = 0;
        int least = accepting;
        foreach (Shard shard in shards)
        {
            total += shard.Load.Sessions;
            if (shard.Load.Sessions < shards[least].Load.Sessions) least = shard.Index;
        }

        int average = total / shards.Length;
        return shards[accepting].Load.Sessions > average + (average / SlackShare) + SlackSessions ? least : accepting;
    }
}
