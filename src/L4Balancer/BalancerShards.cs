using L4Balancer.Config;
using L4Balancer.Shards;

namespace L4Balancer;

/// <summary>Opens the shards of a process.</summary>
internal static class BalancerShards
{
    /// <summary>Opens as many as the limits say; none stays open where one cannot be.</summary>
    /// <exception cref="BalancerStartException">The process has too few descriptors.</exception>
    public static Shard[] Open(BalancerLimits limits, ShardOptions options)
    {
        int pipes = DescriptorBudget.KernelPipesPerShard(limits.MaxDescriptors, limits.Shards);
        options = options with { MaxKernelPipes = Math.Min(options.MaxKernelPipes, pipes) };
        List<Shard> shards = [];
        try
        {
            for (int i = 0; i < limits.Shards; i++) shards.Add(new Shard(i, options));
            return [.. shards];
        }
        catch (IOException exception)
        {
            shards.ForEach(static shard => shard.Dispose());
            throw new BalancerStartException(
                $"cannot open {limits.Shards} shards with {limits.MaxDescriptors} descriptors ({exception.Message}); "
                + "raise LimitNOFILE= or ulimit -n, or lower global.shards");
        }
    }
}
