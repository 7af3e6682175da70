using System.Runtime.CompilerServices;
using L4Balancer.Interop;
using L4Balancer.Shards;

namespace L4Balancer.Tcp;

/// <summary>How a spliced burst ended.</summary>
/// <param name="Step">What the relay does next.</param>
/// <param name="IsBulk">It was long enough that the next burst had better be spliced from its start.</param>
internal readonly record struct SpliceBurst(RelayStep Step, bool IsBulk);

/// <summary>
/// Moves one burst from source to target through a kernel pipe, without its bytes entering the process: fill the empty pipe,
/// empty it into the target, until the source has no more.
/// </summary>
internal static class SpliceRelay
{
    /// <summary>A burst of at least this many bytes is bulk.</summary>
    private const int BulkBytes = 128 * 1024;

    /// <summary>Fillings in a row before the shard's other flows have their turn.</summary>
    private const int FillsPerTurn = 8;

    /// <summary>Moves a burst. Gives the pipe back.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<SpliceBurst> RunAsync(TcpSession session, bool fromClient, KernelPipe pipe)
    {
        long moved = 0;
        try
        {
            for (int fills = 1; ; fills++)
            {
                SyscallResult filled = session.Source(fromClient).SpliceInto(pipe);
                if (filled.Value == 0) return new(session.OnNothingReceived(fromClient, filled), moved >= BulkBytes);

                session.CountReceived(fromClient, filled.Value);
                moved += filled.Value;
                while (pipe.Buffered > 0)
                {
                    SyscallResult sent = session.Target(fromClient).SpliceFrom(pipe);
                    if (sent.WouldBlock)
                    {
                        session.Home.Counters.BackpressurePauses++;
                        if (!await session.Target(fromClient).Writable()) return new(RelayStep.Over, false);
                    }
                    else if (sent.IsError)
                    {
                        session.OnTargetGone(fromClient, sent.Error);
                        return new(RelayStep.TargetGone, false);
                    }

                    session.CountSent(fromClient, sent.Value);
                    session.Home.Counters.Spliced += sent.Value;
                }

                if (fills % FillsPerTurn != 0) continue;

                await session.Shard.Yield();
                if (session.IsClosed) return new(RelayStep.Over, false); // Its descriptors are no longer ours.
            }
        }
        finally
        {
            session.Shard.KernelPipes.Release(pipe);
        }
    }
}
