using L4Balancer.Interop;
using L4Balancer.Net;

namespace L4Balancer.Shards;

/// <summary>
/// A stream socket on a shard, edge-triggered. Readiness is remembered here: it is set by events and cleared by the
/// call that finds the kernel empty (or full), so an edge is never waited for twice. All members belong to the shard's
/// thread.
/// </summary>
internal sealed class ShardSocket : ShardDescriptor
{
    /// <summary>Everything that a stream socket can report.</summary>
    private const EpollEvents Interest = EpollEvents.In | EpollEvents.Out | EpollEvents.ReadHangUp
        | EpollEvents.Priority | EpollEvents.EdgeTriggered;

    private const Flags FirstSends = Flags.Delaying | Flags.HasSent;

    private readonly SocketOwner? _owner;
    private Continuation _reader;
    private Continuation _writer;
    private Flags _flags;

    private ShardSocket(Shard shard, int fd, SocketOwner? owner)
        : base(shard, fd) => _owner = owner;

    [Flags]
    private enum Flags : ushort
    {
        Readable = 1,
        Writable = 2,

        /// <summary>
        /// The peer has ended its stream: reading goes on until it returns 0, a short read proves nothing.
        /// </summary>
        ReadClosed = 4,

        /// <summary>
        /// Urgent data came: a read stops at its mark, so a short read proves nothing either (tcp(7)).
        /// </summary>
        Urgent = 8,

        /// <summary>The connection failed or was reset.</summary>
        Failed = 16,

        /// <summary>The descriptor is no longer ours.</summary>
        Closed = 32,

        /// <summary>All of the peer's stream has been received.</summary>
        Ended = 64,

        /// <summary>
        /// Small segments are held back while one is unacknowledged (Nagle, RFC 896); so the first is not.
        /// </summary>
        Delaying = 128,

        /// <summary>Something has been sent.</summary>
        HasSent = 256,
    }

    public bool IsReadable => (_flags & (Flags.Readable | Flags.Closed)) != 0;

    public bool IsWritable => (_flags & (Flags.Writable | Flags.Closed)) != 0;

    /// <summary>The connection failed or was reset (EPOLLERR).</summary>
    public bool IsFailed => (_flags & Flags.Failed) != 0;

    /// <summary>
    /// Urgent data has come. A splice stops before its mark and reports what a drained stream would; a receive passes
    /// it.
    /// </summary>
    public bool HasUrgent => (_flags & Flags.Urgent) != 0;

    /// <summary>The peer has ended its stream, and nothing of it waits to be received.</summary>
    public bool IsOver =>
        (_flags & Flags.ReadClosed) != 0 && SocketCalls.Peek(Fd) is { IsError: false, Value: 0 };

    /// <summary>All of the peer's stream has been received; the next receive will say so.</summary>
    public bool HasEnded => (_flags & Flags.Ended) != 0;

    /// <summary>Who hears of its failure; null for a listening socket.</summary>
    public override SocketOwner? Owner => _owner;

    public bool IsClosed => (_flags & Flags.Closed) != 0;

    /// <summary>
    /// Takes over a descriptor. It counts as writable from the start, since a fresh connection is; not so one that is
    /// <paramref name="connecting"/>. The <paramref name="owner"/> hears of a failure as it happens.
    /// </summary>
    /// <returns>The socket, or null where epoll did not take it (the descriptor is closed then).</returns>
    public static ShardSocket? TryOpen(Shard shard, int fd, SocketOwner? owner, bool connecting = false)
    {
        // An accepted one has the listening socket's TCP_NODELAY. A connecting one gets it before its second send, the
        // first that it matters for: many a short connection has none.
        ShardSocket socket = new(shard, fd, owner) { _flags = connecting ? Flags.Delaying : Flags.Writable };
        if (socket.TryRegister(Interest)) return socket;

        SocketCalls.Close(fd);
        return null;
    }

    /// <summary>Waits until a receive has a point; false once the socket is closed.</summary>
    public ReadinessAwaiter Readable() => new(this, forReading: true);

    /// <summary>Waits until a send has a point; false once the socket is closed.</summary>
    public ReadinessAwaiter Writable() => new(this, forReading: false);

    /// <summary>
    /// Waits for whatever comes next: an event, a close or <see cref="Wake"/>; false once it is closed.
    /// </summary>
    public NewsAwaiter News() => new(this);

    /// <summary>
    /// Lets who waits for something to read, or for <see cref="News"/>, go on after the present event.
    /// </summary>
    public void Wake()
    {
        if (_reader.IsSet) Shard.Defer(_reader);
        _reader = default;
    }

    /// <summary>Receives into a buffer; 0 is the end of the stream.</summary>
    public SyscallResult Receive(Span<byte> buffer)
    {
        if ((_flags & Flags.Ended) != 0) return SyscallResult.Success(0);

        SyscallResult received = SocketCalls.Receive(Fd, buffer);
        if (received.Value == buffer.Length) return received;

        if (StopsEarly == 0) _flags &= ~Flags.Readable;
        else OnShortReceive(received);
        return received;
    }

    /// <summary>Accepts a connection from a listening socket.</summary>
    public SyscallResult Accept(out IpEndpoint peer)
    {
        SyscallResult accepted = SocketCalls.Accept(Fd, out peer);
        if (accepted.WouldBlock) _flags &= ~Flags.Readable;
        return accepted;
    }

    /// <summary>Sends what the kernel takes.</summary>
    /// <param name="buffer">What is to be sent.</param>
    /// <param name="endFollows">The stream's end comes at once, and is to leave with the last bytes.</param>
    public SyscallResult Send(ReadOnlySpan<byte> buffer, bool endFollows = false)
    {
        if ((_flags & FirstSends) != Flags.HasSent) OnFirstSends();
        SyscallResult sent = SocketCalls.Send(Fd, buffer, endFollows);
        if (sent.Value < buffer.Length) _flags &= ~Flags.Writable;
        return sent;
    }

    /// <summary>
    /// Moves what has been received into an empty kernel pipe; 0 does not prove the end of the stream.
    /// </summary>
    public SyscallResult SpliceInto(KernelPipe pipe)
    {
        SyscallResult moved = pipe.FillFrom(Fd);
        if (moved.WouldBlock && !HasUrgent) _flags &= ~Flags.Readable;
        return moved;
    }

    /// <summary>Sends what a kernel pipe holds, as far as the kernel takes it.</summary>
    public SyscallResult SpliceFrom(KernelPipe pipe)
    {
        if ((_flags & FirstSends) != Flags.HasSent) OnFirstSends();
        SyscallResult moved = pipe.EmptyInto(Fd);
        if (moved.WouldBlock) _flags &= ~Flags.Writable; // A part alone is no proof: the kernel may have stopped early.
        return moved;
    }

    /// <summary>Closes the descriptor and lets who waits go on with false, after the present event.</summary>
    /// <param name="reset">The peer gets a RST instead of a FIN, and what is unsent is dropped.</param>
    public void Close(bool reset)
    {
        if (IsClosed) return;

        _flags |= Flags.Closed;
        if (reset) _ = SocketOptions.ResetOnClose(Fd);
        if (_owner is null) Unregister(); // A listening socket, which others may hold too.
        CloseDescriptor();

        Wake();
        if (_writer.IsSet) Shard.Defer(_writer);
        _writer = default;
    }

    /// <inheritdoc/>
    public override void CloseAtEnd() => Close(reset: true);

    /// <inheritdoc/>
    public override void OnEvents(EpollEvents events)
    {
        if ((events & EpollEvents.In) != 0) _flags |= Flags.Readable;
        if ((events & EpollEvents.Out) != 0) _flags |= Flags.Writable;
        if ((events & (EpollEvents.ReadHangUp | EpollEvents.HangUp)) != 0) _flags |= Flags.Readable | Flags.ReadClosed;
        if ((events & EpollEvents.HangUp) != 0) _flags |= Flags.Writable;
        if ((events & EpollEvents.Priority) != 0) _flags |= Flags.Urgent | Flags.Readable;
        if ((events & EpollEvents.Error) != 0) OnFailed();

        if (_reader.IsSet && IsReadable)
        {
            Continuation reader = _reader;
            _reader = default;
            reader.Run();
        }

        // Asked anew: what just ran may have closed the socket, which hands its waiters to the shard.
        if (_writer.IsSet && IsWritable)
        {
            Continuation writer = _writer;
            _writer = default;
            writer.Run();
        }
    }

    internal void SetReader(Continuation continuation) => _reader = continuation;

    internal void SetWriter(Continuation continuation) => _writer = continuation;

    /// <summary>Why a receive may be short although there is more; 0 where it may not.</summary>
    private Flags StopsEarly => _flags & (Flags.ReadClosed | Flags.Urgent | Flags.Failed);

    /// <summary>
    /// It is empty, unless urgent data or a hang-up makes the kernel stop early. Where the end had come before the
    /// receive (the FIN stands behind the last byte in the kernel's queue), the short receive has reached it, and no
    /// other need ask. A failure is for a receive to report.
    /// </summary>
    private void OnShortReceive(SyscallResult received)
    {
        if (received.WouldBlock) _flags &= ~Flags.Readable;
        else if (StopsEarly == Flags.ReadClosed && !received.IsError) _flags |= Flags.Ended;
    }

    /// <summary>Before the first send, and before the second where the socket delays.</summary>
    private void OnFirstSends()
    {
        if ((_flags & FirstSends) == FirstSends)
        {
            _ = SocketOptions.NoDelay(Fd);
            _flags &= ~Flags.Delaying;
        }

        _flags |= Flags.HasSent;
    }

    private void OnFailed()
    {
        _flags |= Flags.Readable | Flags.Writable | Flags.ReadClosed | Flags.Failed;
        _owner?.OnFailed(this);
    }
}
