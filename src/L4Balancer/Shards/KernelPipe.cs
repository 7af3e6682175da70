using L4Balancer.Interop;

namespace L4Balancer.Shards;

/// <summary>
/// A pipe(2) through which bytes pass from socket to socket without entering the process. One shard's.
/// </summary>
internal sealed class KernelPipe
{
    private readonly int _readEnd;
    private readonly int _writeEnd;
    private readonly int _capacity;

    private KernelPipe(int readEnd, int writeEnd, int capacity)
    {
        _readEnd = readEnd;
        _writeEnd = writeEnd;
        _capacity = capacity;
    }

    /// <summary>Bytes inside. A pipe that is not empty must not serve another flow.</summary>
    public int Buffered { get; private set; }

    /// <summary>Opens a pipe, or returns null where the process is out of descriptors.</summary>
    public static KernelPipe? TryOpen(int capacity)
    {
        if (PipeCalls.Open(out int readEnd, out int writeEnd).IsError) return null;

        return new KernelPipe(readEnd, writeEnd, PipeCalls.Resize(writeEnd, capacity));
    }

    /// <summary>Takes what a socket holds, at most the capacity. Only while the pipe is empty.</summary>
    public SyscallResult FillFrom(int socket)
    {
        SyscallResult moved = PipeCalls.Splice(socket, _writeEnd, _capacity);
        Buffered += moved.Value;
        return moved;
    }

    /// <summary>Gives a socket as much as it takes of what is inside.</summary>
    public SyscallResult EmptyInto(int socket)
    {
        SyscallResult moved = PipeCalls.Splice(_readEnd, socket, Buffered);
        Buffered -= moved.Value;
        return moved;
    }

    /// <summary>Closes both ends; what is inside is lost.</summary>
    public void Close()
    {
        SocketCalls.Close(_readEnd);
        SocketCalls.Close(_writeEnd);
    }
}
