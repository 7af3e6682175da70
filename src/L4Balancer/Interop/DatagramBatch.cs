using System.Runtime.InteropServices;
using L4Balancer.Net;

namespace L4Balancer.Interop;

/// <summary>
/// Slots that datagrams are received into, many with one call (recvmmsg(2)), and sent from. A slot has room for the
/// largest datagram there is and for a whole train of them (UDP_GRO), so nothing is ever cut off. Its memory is the
/// kernel's until it is used for the first time. One thread's.
/// </summary>
internal sealed unsafe class DatagramBatch : IDisposable
{
    private const int SlotBytes = 64 * 1024;

    /// <summary>
    /// An odd number of cache lines more: slots that begin at the same place of a page fall into the same cache sets.
    /// </summary>
    private const int SlotStride = SlotBytes + (5 * 64);

    private readonly Slot[] _slots;
    private readonly MessageHeader* _headers;
    private readonly IoVector* _vectors;
    private readonly SockAddr* _senders;
    private readonly byte* _controls;
    private readonly byte* _data;

    /// <param name="slots">How many.</param>
    /// <param name="withSenders">
    /// Whether the sender's address is asked for; a connected socket has only one.
    /// </param>
    public DatagramBatch(int slots, bool withSenders)
    {
        _slots = new Slot[slots];
        _headers = (MessageHeader*)NativeMemory.AllocZeroed((nuint)slots, (nuint)sizeof(MessageHeader));
        _vectors = (IoVector*)NativeMemory.AllocZeroed((nuint)slots, (nuint)sizeof(IoVector));
        _senders = (SockAddr*)NativeMemory.AllocZeroed((nuint)slots, (nuint)sizeof(SockAddr));
        _controls = (byte*)NativeMemory.AllocZeroed((nuint)slots, ControlMessages.MaxBytes);
        _data = (byte*)NativeMemory.Alloc((nuint)slots, SlotStride);
        for (int slot = 0; slot < slots; slot++)
        {
            _vectors[slot] = new IoVector { Start = Data(slot), Length = SlotBytes };
            _headers[slot] = new MessageHeader
            {
                Name = withSenders ? &_senders[slot] : null,
                NameLength = withSenders ? (uint)SockAddr.MaxBytes : 0,
                Vectors = &_vectors[slot],
                VectorCount = 1,
                Control = _controls + (slot * ControlMessages.MaxBytes),
                ControlLength = ControlMessages.MaxBytes,
            };
        }
    }

    /// <summary>How many slots there are.</summary>
    public int Slots => _slots.Length;

    /// <summary>Receives into slots that follow each other, at most one message each.</summary>
    /// <returns>Slots filled. Fewer than asked for where no more waits.</returns>
    public SyscallResult Receive(int fd, int first, int count)
    {
        SyscallResult received;
        do
        {
            received = Libc.Result(Libc.recvmmsg(fd, _headers + first, (uint)count, 0, null));
        }
        while (received.Error == Errno.EINTR);

        for (int slot = first; slot < first + received.Value; slot++) TakeIn(slot);
        return received;
    }

    /// <summary>
    /// Receives one datagram from a connected socket that does not join them (<see
    /// cref="SocketOptions.ReceiveTrains"/>): for one, this costs 0.25 us less than the other.
    /// </summary>
    /// <returns>1, or why there is none.</returns>
    public SyscallResult ReceiveOne(int fd, int slot)
    {
        SyscallResult received = SocketCalls.Receive(fd, new Span<byte>(Data(slot), SlotBytes));
        if (received.IsError) return received;

        _slots[slot] = new Slot { Bytes = received.Value };
        return SyscallResult.Success(1);
    }

    /// <summary>Bytes in a slot, of all datagrams of a train.</summary>
    public int Bytes(int slot) => _slots[slot].Bytes;

    /// <summary>
    /// Size of the datagrams of a train, of which the last may be shorter; 0 where it is one datagram.
    /// </summary>
    public int SegmentBytes(int slot) => _slots[slot].SegmentBytes;

    /// <summary>Datagrams in a slot.</summary>
    public int Datagrams(int slot)
    {
        ref Slot at = ref _slots[slot];
        return at.SegmentBytes == 0 ? 1 : (at.Bytes + at.SegmentBytes - 1) / at.SegmentBytes;
    }

    /// <summary>Who sent it.</summary>
    public IpEndpoint Sender(int slot) => SockAddr.Read(ref _senders[slot]);

    /// <summary>
    /// The local address it was sent to, where the socket asks for it (<see
    /// cref="SocketOptions.ReceiveLocalAddress"/>).
    /// </summary>
    public IpAddress Local(int slot) => _slots[slot].Local;

    /// <summary>Sends one datagram from a slot by a connected socket.</summary>
    public SyscallResult Send(int fd, int slot) =>
        SocketCalls.Send(fd, new ReadOnlySpan<byte>(Data(slot), _slots[slot].Bytes));

    public void Dispose()
    {
        NativeMemory.Free(_headers);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_senders);
        NativeMemory.Free(_controls);
        NativeMemory.Free(_data);
    }

    /// <summary>Where a slot's bytes are.</summary>
    internal byte* Data(int slot) => _data + ((nint)slot * SlotStride);

    /// <summary>Reads what the kernel said of a message, and makes its header ready for the next.</summary>
    private void TakeIn(int slot)
    {
        MessageHeader* header = &_headers[slot];
        ref Slot at = ref _slots[slot];
        at.Bytes = (int)header->Length;
        at.SegmentBytes = 0;
        if (header->ControlLength > 0)
        {
            ControlMessages.Read(header->Control, header->ControlLength, ref at.Local, ref at.SegmentBytes);
        }

        if (at.Bytes <= at.SegmentBytes) at.SegmentBytes = 0;
        if (header->Name is not null) header->NameLength = SockAddr.MaxBytes;
        header->ControlLength = ControlMessages.MaxBytes;
    }

    private struct Slot
    {
        public int Bytes;
        public int SegmentBytes;
        public IpAddress Local;
    }
}
