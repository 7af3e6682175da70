using L4Balancer.Shards;

namespace L4Balancer.Tests.Loopback;

/// <summary>A shard whose thread is held while this lives: what comes meanwhile waits and is seen together.</summary>
internal sealed class StuckShard : IDisposable
{
    private readonly ManualResetEventSlim _goOn = new();

    private StuckShard()
    {
    }

    /// <summary>Returns when the thread is held.</summary>
    public static async Task<StuckShard> HoldAsync(Shard shard)
    {
        StuckShard stuck = new();
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        shard.Post(() =>
        {
            held.SetResult();
            stuck._goOn.Wait();
        });
        await held.Task.Within();
        return stuck;
    }

    /// <summary>The thread goes on.</summary>
    public void Dispose() => _goOn.Set();
}
