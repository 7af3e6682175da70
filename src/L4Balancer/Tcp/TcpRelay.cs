using System.Runtime.CompilerServices;
using L4Balancer.Interop;
using L4Balancer.Shards;

namespace L4Balancer.Tcp;

/// <summary>
/// One direction of one session: wait until the source is readable, receive into the shard's buffer, send to the
/// target. What the target does not take at once is held, and the source is not read again until that has gone. After
/// several full reads in a row the bytes are spliced. While it waits for its source, a relay holds neither buffer nor
/// pipe.
/// </summary>
internal static class TcpRelay
{
    /// <summary>Full reads in a row after which a burst counts as bulk.</summary>
    private const int BulkAfterFullReads = 2;

    /// <summary>Full reads in a row before the shard's other flows have their turn.</summary>
    private const int FullReadsPerTurn = 16;

    /// <summary>
    /// Relays until the direction is over. What may have to wait for the target is in methods of their own, so that the
    /// state of a relay that waits for its source stays small.
    /// </summary>
    public static async Detached Run(TcpSession session, bool fromClient)
    {
        int fullReads = 0;
        while (await session.Source(fromClient).Readable())
        {
            RelayStep step;
            bool mayBeBulk = fullReads >= BulkAfterFullReads && !session.Source(fromClient).HasUrgent;
            if (mayBeBulk && session.Shard.KernelPipes.TryAcquire() is { } pipe)
            {
                step = await SpliceRelay.RunAsync(session, fromClient, pipe);
                if (step == RelayStep.BurstOver) fullReads = 0;
            }
            else
            {
                step = Copy(session, fromClient, ref fullReads, out HeldBytes? held);
                if (held is not null) step = await SendHeldAsync(session, fromClient, held);
            }

            if (step == RelayStep.Over) return;
            if (step == RelayStep.TargetGone) break;
            if (fullReads % FullReadsPerTurn == FullReadsPerTurn - 1) await session.Shard.Yield();
        }

        for (int reads = 1;
            await session.Source(fromClient).Readable() && Discard(session, fromClient) != RelayStep.Over;
            reads++)
        {
            if (reads % FullReadsPerTurn == 0) await session.Shard.Yield();
        }
    }

    /// <summary>Receives once and sends what came.</summary>
    /// <param name="session">The session.</param>
    /// <param name="fromClient">The direction.</param>
    /// <param name="fullReads">
    /// Counts reads in a row after which there may be more: full ones, all with urgent data.
    /// </param>
    /// <param name="held">What the target did not take, for the caller to send; null where it took all.</param>
    private static RelayStep Copy(TcpSession session, bool fromClient, ref int fullReads, out HeldBytes? held)
    {
        held = null;
        Span<byte> buffer = session.Shard.ReceiveBuffer;
        ShardSocket source = session.Source(fromClient);
        SyscallResult received = source.Receive(buffer);
        fullReads = received.Value == buffer.Length || source.HasUrgent ? fullReads + 1 : 0;
        if (received.Value == 0) return session.OnNothingReceived(fromClient, received);

        session.CountReceived(fromClient, received.Value);
        SyscallResult sent =
            session.Target(fromClient).Send(buffer[..received.Value], session.EndFollows(fromClient));
        if (sent.Value == received.Value)
        {
            session.CountSent(fromClient, sent.Value);
            return RelayStep.Again;
        }

        if (sent.IsError && !sent.WouldBlock) return session.OnTargetGone(fromClient, sent.Error);

        session.CountSent(fromClient, sent.Value);
        held = session.Shard.HeldBytes.Acquire();
        held.Append(buffer[sent.Value..received.Value]);
        return RelayStep.Again;
    }

    /// <summary>Waits for the target and sends what is held until nothing is.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<RelayStep> SendHeldAsync(TcpSession session, bool fromClient, HeldBytes held)
    {
        session.Home.Counters.BackpressurePauses++;
        try
        {
            while (!held.IsEmpty)
            {
                if (!await session.Target(fromClient).Writable()) return RelayStep.Over;

                SyscallResult sent = held.SendTo(session.Target(fromClient));
                if (sent.IsError && !sent.WouldBlock) return session.OnTargetGone(fromClient, sent.Error);

                session.CountSent(fromClient, sent.Value);
            }

            return RelayStep.Again;
        }
        finally
        {
            held.Clear();
            session.Shard.HeldBytes.Release(held);
        }
    }

    private static RelayStep Discard(TcpSession session, bool fromClient)
    {
        SyscallResult received = session.Source(fromClient).Receive(session.Shard.ReceiveBuffer);
        return received.Value == 0 ? session.OnNothingReceived(fromClient, received) : RelayStep.Again;
    }
}
