using System.Buffers.Binary;
using L4Balancer.Bench.Interop;
using L4Balancer.Interop;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>
/// <c>bulk-sink ADDRESS:PORT</c>, the other side of <c>bulk-load</c>: drops what comes, and at the end of a stream
/// answers with the number of its bytes, as 8 bytes.
/// </summary>
internal sealed class BulkSink(int fd) : ServedConnection(fd)
{
    /// <summary>Bytes of the answer, little-endian.</summary>
    public const int CountBytes = sizeof(long);

    private long _count;

    // Level-triggered: one call for each event, so that no connection waits for another that never runs dry.
    public override EpollEvents Interest => EpollEvents.In;

    /// <summary>Runs the command.</summary>
    public static int Run(string[] args) => TcpServer.Run("bulk-sink", args, static fd => new BulkSink(fd));

    public override void Begin() => _count = 0;

    public override bool Go(byte[] buffer)
    {
        SyscallResult dropped = DroppedBytes.Receive(Fd);
        _count += dropped.Value;
        if (dropped.Value > 0 || dropped.WouldBlock) return true;
        if (dropped.IsError) return false;

        BinaryPrimitives.WriteInt64LittleEndian(buffer, _count);
        SocketCalls.Send(Fd, buffer.AsSpan(0, CountBytes)); // Nothing was sent before: there is room.
        return false;
    }
}
