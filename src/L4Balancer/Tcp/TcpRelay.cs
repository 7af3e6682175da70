using System.Runtime.CompilerServices;
using L4Balancer.Interop;
using L4Balancer.Shards;

namespace L4Balancer.Tcp;

/// <summary>
/// One direction of one session: wait until the source is readable, receive into the shard's buffer, send to the target. What
/// the target does not take at once is held, and the source is not read again until that has gone. After several full
/// reads in a row the bytes are spliced. While it waits for its source, a relay holds neither buffer nor pipe.
/// </summary>
internal static class TcpRelay
{
    /// <summary>Full reads in a row after which a burst counts as bulk.</summary>
    private const int BulkAfterFullReads = 2;

    /// <summary>Reads in a row before the shard's other flows have their turn.</summary>
    private const int ReadsPerTurn = 16;

    /// <summary>Relays until the direction is over. Nobody awaits it: a defect in it ends the process.</summary>
    public static async void Run(TcpSession session, bool fromClient)
    {
        int fullReads = 0;
        int readsThisTurn = 0;
        while (await session.Source(fromClient).Readable())
        {
            RelayStep step;
            if (fullReads >= BulkAfterFullReads && session.Shard.KernelPipes.TryAcquire() is { } pipe)
            {
                SpliceBurst burst = await SpliceRelay.RunAsync(session, fromClient, pipe);
                step = burst.Step;
                if (!burst.IsBulk) fullReads = 0;
            }
            else
            {
                step = Copy(session, fromClient, out HeldBytes? held, out bool full);
                if (held is not null) step = await SendHeldAsync(session, fromClient, held);
                fullReads = full ? fullReads + 1 : 0;
            }

            if (step == RelayStep.Over) return;
            if (step == RelayStep.TargetGone) break;
            readsThisTurn = session.Source(fromClient).IsReadable ? readsThisTurn + 1 : 0;
            if (readsThisTurn < ReadsPerTurn) continue;

            readsThisTurn = 0;
            await session.Shard.Yield();
        }

        while (await session.Source(fromClient).Readable() && Discard(session, fromClient) != RelayStep.Over)
        {
        }
    }

    /// <summary>Receives once and sends what came.</summary>
    /// <param name="session">The session.</param>
    /// <param name="fromClient">The direction.</param>
    /// <param name="held">What the target did not take; the caller sends it. Null where it took all.</param>
    /// <param name="full">The read filled the buffer: there is probably more.</param>
    private static RelayStep Copy(TcpSession session, bool fromClient, out HeldBytes? held, out bool full)
    {
        held = null;
        full = false;
        Span<byte> buffer = session.Shard.ReceiveBuffer;
        SyscallResult received = session.Source(fromClient).Receive(buffer);
        if (received.Value == 0) return session.OnNothingReceived(fromClient, received);

        session.CountReceived(fromClient, received.Value);
        full = received.Value == buffer.Length;
        SyscallResult sent = session.Target(fromClient).Send(buffer[..received.Value]);
        if (sent.IsError && !sent.WouldBlock)
        {
            session.OnTargetGone(fromClient, sent.Error);
            return RelayStep.TargetGone;
        }

        session.CountSent(fromClient, sent.Value);
        if (sent.Value == received.Value) return RelayStep.Again;

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
                if (sent.IsError && !sent.WouldBlock)
                {
                    session.OnTargetGone(fromClient, sent.Error);
                    return RelayStep.TargetGone;
                }

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
