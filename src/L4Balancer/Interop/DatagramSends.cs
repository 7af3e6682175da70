using System.Runtime.InteropServices;
using L4Balancer.Net;

namespace L4Balancer.Interop;

/// <summary>
/// Messages that leave with one call (sendmmsg(2)). Each is a datagram, or a train of them that the kernel cuts
/// (UDP_SEGMENT); its bytes stay where they are, in the slots of a <see cref="DatagramBatch"/>. One thread's.
/// </summary>
internal sealed unsafe class DatagramSends : IDisposable
{
    private readonly Message[] _messages;
    private readonly MessageHeader* _headers;
    private readonly IoVector* _pieces;
    private readonly SockAddr* _names;
    private readonly byte* _controls;
    private int _pieceCount;

    /// <param name="maxMessages">Most messages.</param>
    /// <param name="maxPieces">Most pieces of all messages.</param>
    public DatagramSends(int maxMessages, int maxPieces)
    {
        _messages = new Message[maxMessages];
        _headers = (MessageHeader*)NativeMemory.AllocZeroed((nuint)maxMessages, (nuint)sizeof(MessageHeader));
        _pieces = (IoVector*)NativeMemory.AllocZeroed((nuint)maxPieces, (nuint)sizeof(IoVector));
        _names = (SockAddr*)NativeMemory.AllocZeroed((nuint)maxMessages, (nuint)sizeof(SockAddr));
        _controls = (byte*)NativeMemory.AllocZeroed((nuint)maxMessages, ControlMessages.MaxBytes);
    }

    /// <summary>Messages that wait or have been sent since the last <see cref="Clear"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The message that is sent next; after a failure the one that failed.</summary>
    public int Position { get; private set; }

    /// <summary>No further message finds room.</summary>
    public bool IsFull => Count == _messages.Length;

    /// <summary>Begins a message, without an address: of a connected socket.</summary>
    public void Begin()
    {
        _headers[Count] = new MessageHeader
        {
            Vectors = &_pieces[_pieceCount],
            Control = _controls + (Count * ControlMessages.MaxBytes),
        };
        _messages[Count] = default;
        Count++;
    }

    /// <summary>Says where the message goes, and from which local address where that is not the socket's.</summary>
    public void Address(in IpEndpoint to, IpAddress? from, bool v6)
    {
        int message = Count - 1;
        MessageHeader* header = &_headers[message];
        header->Name = &_names[message];
        header->NameLength = (uint)SockAddr.Write(out _names[message], to, v6);
        if (from is { } local) header->ControlLength = (nuint)ControlMessages.WriteLocal(header->Control, local, v6);
    }

    /// <summary>Adds a part of a slot to the message.</summary>
    public void Append(DatagramBatch batch, int slot, int offset, int bytes)
    {
        MessageHeader* header = &_headers[Count - 1];
        _pieces[_pieceCount++] = new IoVector { Start = batch.Data(slot) + offset, Length = (nuint)bytes };
        header->VectorCount++;
        _messages[Count - 1].Bytes += bytes;
    }

    /// <summary>Ends the message: it is so many datagrams, of so many bytes each where it is a train.</summary>
    public void End(int datagrams, int segmentBytes)
    {
        MessageHeader* header = &_headers[Count - 1];
        ref Message message = ref _messages[Count - 1];
        message.Datagrams = datagrams;
        if (datagrams == 1) return;

        message.SegmentBytes = segmentBytes;
        header->ControlLength += (nuint)ControlMessages.WriteSegmentBytes(
            header->Control + header->ControlLength, segmentBytes);
    }

    /// <summary>Datagrams of a message.</summary>
    public int Datagrams(int message) => _messages[message].Datagrams;

    /// <summary>Bytes of a message.</summary>
    public int Bytes(int message) => _messages[message].Bytes;

    /// <summary>Sends from <see cref="Position"/> on.</summary>
    /// <returns>
    /// Success once all are sent; otherwise why the message at <see cref="Position"/> was not. The caller skips it,
    /// splits it, or tries again.
    /// </returns>
    public SyscallResult Send(int fd)
    {
        while (Position < Count)
        {
            SyscallResult sent = Libc.Result(Libc.sendmmsg(fd, _headers + Position, (uint)(Count - Position), 0));
            Position += sent.Value;
            if (sent.IsError && sent.Error != Errno.EINTR) return sent;
        }

        return SyscallResult.Success(Count);
    }

    /// <summary>Leaves out the message that failed.</summary>
    public void Skip() => Position++;

    /// <summary>
    /// Sends the datagrams of the train at <see cref="Position"/> one by one, then goes on behind it.
    /// </summary>
    /// <param name="fd">The socket.</param>
    /// <param name="last">Why the last one was not sent that was not.</param>
    /// <returns>Datagrams and bytes that were sent.</returns>
    public (int Datagrams, int Bytes) SendSplit(int fd, out Errno last)
    {
        last = Errno.None;
        int segmentBytes = _messages[Position].SegmentBytes;
        MessageHeader single = _headers[Position];
        IoVector part = default;
        single.Vectors = &part;
        single.VectorCount = 1;
        single.ControlLength -= ControlMessages.SegmentBytesLength; // It was written last.

        (int Datagrams, int Bytes) done = default;
        for (int i = 0; i < (int)_headers[Position].VectorCount; i++)
        {
            IoVector piece = _headers[Position].Vectors[i];
            for (nuint offset = 0; offset < piece.Length; offset += (nuint)segmentBytes)
            {
                part.Start = piece.Start + offset;
                part.Length = Math.Min((nuint)segmentBytes, piece.Length - offset);
                SyscallResult sent = Libc.Result(Libc.sendmmsg(fd, &single, 1, 0));

                // The answer to one before, passed on: the socket is free to send now.
                if (sent.Error == Errno.ECONNREFUSED) sent = Libc.Result(Libc.sendmmsg(fd, &single, 1, 0));
                if (sent.IsError) last = sent.Error;
                else done = (done.Datagrams + 1, done.Bytes + (int)part.Length);
            }
        }

        Position++;
        return done;
    }

    /// <summary>Forgets all messages.</summary>
    public void Clear() => Count = Position = _pieceCount = 0;

    public void Dispose()
    {
        NativeMemory.Free(_headers);
        NativeMemory.Free(_pieces);
        NativeMemory.Free(_names);
        NativeMemory.Free(_controls);
    }

    private struct Message
    {
        public int Bytes;
        public int Datagrams;
        public int SegmentBytes;
    }
}
