using L4Balancer.Interop;

namespace L4Balancer.Bench.Interop;

/// <summary>SO_RCVBUF.</summary>
internal static unsafe class SocketBuffers
{
    private const int SocketLevel = 1;
    private const int ReceiveBuffer = 8;

    /// <summary>Asks for room for what is received and not yet read; net.core.rmem_max is the most.</summary>
    public static void AskToReceive(int fd, int bytes) =>
        _ = Libc.setsockopt(fd, SocketLevel, ReceiveBuffer, &bytes, sizeof(int));
}
