using System.Runtime.CompilerServices;
using L4Balancer.Interop;
using L4Balancer.Shards;

namespace L4Balancer.Tcp;

/// <summary>
/// Moves one burst from source to target through a kernel pipe, without its bytes entering the process: fill the empty
/// pipe, empty it into the target, until the source has no more.
/// </summary>
internal static class SpliceRelay
{
    /// <summary>
    /// After a burst of at least so many bytes the next one is spliced as well. Less is cheaper to copy; with much more
    /// a flow whose bursts are short goes back to copying each time.
    /// </summary>
    private const int BulkBytes = 32 * 1024;

    /// <summary>Fillings in a row before the shard's other flows have their turn.</summary>
    private const int FillsPerTurn = 8;

    /// <summary>Moves a burst and gives the pipe back.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<RelayStep> RunAsync(TcpSession session, bool fromClient, KernelPipe pipe)
    {
        long moved = 0;
        try
        {
            for (int fills = 1; ; fills++)
            {
                SyscallResult filled = session.Source(fromClient).SpliceInto(pipe);

                // What may be the end is for a receive to say: in front of urgent data a splice reports one as well.
                if (filled is { IsError: false, Value: 0 }) return RelayStep.BurstOver;
                if (filled.IsError) return EndOfBurst(session.OnNothingReceived(fromClient, filled), moved);

                session.CountReceived(fromClient, filled.Value);
                moved += filled.Value;
                while (pipe.Buffered > 0)
                {
                    SyscallResult sent = session.Target(fromClient).SpliceFrom(pipe);
                    if (sent.WouldBlock)
                    {
                        session.Home.Counters.BackpressurePauses++;
                        if (!await session.Target(fromClient).Writable()) return RelayStep.Over;
                    }
                    else if (sent.IsError)
                    {
                        return session.OnTargetGone(fromClient, sent.Error);
                    }

                    session.CountSent(fromClient, sent.Value);
                    session.Home.Counters.Spliced += sent.Value;
                }

                if (fills % FillsPerTurn != 0) continue;

                await session.Shard.Yield();
                if (session.IsClosed) return RelayStep.Over; // Its descriptors are no longer ours.
            }
        }
        finally
        {
            session.Shard.KernelPipes.Release(pipe);
        }
    }

    private static RelayStep EndOfBurst(RelayStep step, long moved) =>
        step == RelayStep.Again && moved < BulkBytes ? RelayStep.BurstOver : step;
}
