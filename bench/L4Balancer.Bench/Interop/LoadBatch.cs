using System.Runtime.InteropServices;
using L4Balancer.Interop;

namespace L4Balancer.Bench.Interop;

/// <summary>
/// Buffers for datagrams that are received and sent with one call. A buffer takes one datagram, or one train where the
/// socket asked for them. What was received is sent from the same buffers to whom it came from; on a connected socket
/// they may be filled and sent without having received. One thread's.
/// </summary>
internal sealed unsafe class LoadBatch : IDisposable
{
    /// <summary>What one buffer holds: more than the largest datagram and the largest train.</summary>
    public const int BufferBytes = 65_536;

    private const int UdpLevel = 17;        // SOL_UDP
    private const int SegmentType = 103;    // UDP_SEGMENT, a ushort
    private const int TrainType = 104;      // UDP_GRO, an int
    private const int ControlHeaderBytes = 16;
    private const int ControlSpace = 24;    // CMSG_SPACE of both
    private const int DoNotWait = 0x40;     // MSG_DONTWAIT
    private const int NoSignal = 0x4000;    // MSG_NOSIGNAL

    private readonly int _capacity;
    private readonly byte* _buffers;
    private readonly byte* _names;
    private readonly byte* _controls;
    private readonly byte* _stagedControls;
    private readonly Vector* _vectors;
    private readonly Vector* _stagedVectors;
    private readonly MultiMessage* _received;
    private readonly MultiMessage* _staged;
    private int _writtenCount; // Headers that the kernel has written to, by the last receive.
    private int _stagedCount;

    /// <summary>Allocates <paramref name="capacity"/> buffers; their memory is used once something comes.</summary>
    public LoadBatch(int capacity)
    {
        _capacity = capacity;
        _buffers = Allocate<byte>(capacity * BufferBytes);
        _names = Allocate<byte>(capacity * SockAddr.MaxBytes);
        _controls = Allocate<byte>(capacity * ControlSpace);
        _stagedControls = Allocate<byte>(capacity * ControlSpace);
        _vectors = Allocate<Vector>(capacity);
        _stagedVectors = Allocate<Vector>(capacity);
        _received = Allocate<MultiMessage>(capacity);
        _staged = Allocate<MultiMessage>(capacity);
        _writtenCount = capacity;
        for (int i = 0; i < capacity; i++)
        {
            _vectors[i] = new Vector { Start = _buffers + (i * BufferBytes), Bytes = BufferBytes };
            _received[i].Name = _names + (i * SockAddr.MaxBytes);
            _received[i].Vectors = &_vectors[i];
            _received[i].VectorCount = 1;
            _received[i].Control = _controls + (i * ControlSpace);
            _staged[i].Vectors = &_stagedVectors[i];
            _staged[i].VectorCount = 1;
        }
    }

    /// <summary>Receives what is there, up to the capacity; fewer means that nothing is left.</summary>
    public SyscallResult Receive(int fd)
    {
        for (int i = 0; i < _writtenCount; i++)
        {
            _received[i].NameBytes = SockAddr.MaxBytes;
            _received[i].ControlBytes = ControlSpace;
        }

        SyscallResult count;
        do
        {
            count = Libc.Result(LibcBatches.recvmmsg(fd, _received, (uint)_capacity, DoNotWait, null));
        }
        while (count.Error == Errno.EINTR);
        _writtenCount = count.Value;
        return count;
    }

    /// <summary>The whole buffer.</summary>
    public Span<byte> Buffer(int index) => new(_buffers + (index * BufferBytes), BufferBytes);

    /// <summary>What was received into a buffer.</summary>
    public Span<byte> Received(int index) =>
        new(_buffers + (index * BufferBytes), (int)_received[index].Moved);

    /// <summary>The size of the datagrams of a received train; 0 where it is no train.</summary>
    public int SegmentBytes(int index)
    {
        if (_received[index].ControlBytes < ControlHeaderBytes + sizeof(int)) return 0;

        int* header = (int*)_received[index].Control; // size_t length, int level, int type, data
        return header[2] == UdpLevel && header[3] == TrainType ? header[4] : 0;
    }

    /// <summary>
    /// Adds a buffer's first bytes to what the next <see cref="Send"/> sends: as a train of datagrams of
    /// <paramref name="segmentBytes"/>, or where that is 0 as one datagram. At most as many as the capacity.
    /// </summary>
    /// <param name="index">The buffer.</param>
    /// <param name="bytes">Its bytes in use.</param>
    /// <param name="segmentBytes">Size of the datagrams of a train, or 0.</param>
    /// <param name="toSender">Back to where the datagram came from; otherwise to where the socket is connected.</param>
    public void Stage(int index, int bytes, int segmentBytes, bool toSender)
    {
        ref MultiMessage message = ref _staged[_stagedCount];
        _stagedVectors[_stagedCount] = new Vector { Start = _buffers + (index * BufferBytes), Bytes = (nuint)bytes };
        message.Name = toSender ? _received[index].Name : null;
        message.NameBytes = toSender ? _received[index].NameBytes : 0;
        message.Control = null;
        message.ControlBytes = 0;
        if (segmentBytes > 0)
        {
            byte* control = _stagedControls + (_stagedCount * ControlSpace);
            *(nuint*)control = ControlHeaderBytes + sizeof(ushort);
            ((int*)control)[2] = UdpLevel;
            ((int*)control)[3] = SegmentType;
            *(ushort*)(control + ControlHeaderBytes) = (ushort)segmentBytes;
            message.Control = control;
            message.ControlBytes = ControlSpace;
        }

        _stagedCount++;
    }

    /// <summary>Sends what was staged. What the kernel refuses is dropped, as a network would.</summary>
    public void Send(int fd)
    {
        int sent = 0;
        while (sent < _stagedCount)
        {
            SyscallResult count =
                Libc.Result(LibcBatches.sendmmsg(fd, _staged + sent, (uint)(_stagedCount - sent), NoSignal));
            if (count.Error == Errno.EINTR) continue;

            sent += count.IsError ? 1 : count.Value; // An error is about the first one.
        }

        _stagedCount = 0;
    }

    public void Dispose()
    {
        NativeMemory.Free(_buffers);
        NativeMemory.Free(_names);
        NativeMemory.Free(_controls);
        NativeMemory.Free(_stagedControls);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_stagedVectors);
        NativeMemory.Free(_received);
        NativeMemory.Free(_staged);
    }

    private static T* Allocate<T>(int count)
        where T : unmanaged => (T*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(T));
}
