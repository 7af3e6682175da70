namespace L4Balancer.Interop;

/// <summary>The errno values that the code tells apart. The numbers are those of Linux on x64 and arm64.</summary>
internal enum Errno
{
    None = 0,
    EPERM = 1,
    EINTR = 4,
    EIO = 5,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    EINVAL = 22,
    ENFILE = 23,
    EMFILE = 24,
    EPIPE = 32,
    ENOSYS = 38,
    EPROTO = 71,
    EMSGSIZE = 90,
    EADDRINUSE = 98,
    EADDRNOTAVAIL = 99,
    ENETDOWN = 100,
    ENETUNREACH = 101,
    ECONNABORTED = 103,
    ECONNRESET = 104,
    ENOBUFS = 105,
    ETIMEDOUT = 110,
    ECONNREFUSED = 111,
    EHOSTUNREACH = 113,
    EINPROGRESS = 115,
}

/// <summary>What the numbers mean for a caller.</summary>
internal static class Errnos
{
    /// <summary>
    /// The process or the machine has run out of something: waiting helps, trying at once again does not.
    /// </summary>
    public static bool IsExhaustion(Errno error) =>
        error is Errno.EMFILE or Errno.ENFILE or Errno.ENOBUFS or Errno.ENOMEM or Errno.EADDRNOTAVAIL or Errno.EAGAIN;

    /// <summary>
    /// An accept failed for the connection it was about, not for the listening socket: it had gone, or the network's
    /// error that waited on it was passed on (accept(2), "Error handling"). Not EPERM: a security module or a filter
    /// that forbids the call leaves the connection in the queue.
    /// </summary>
    public static bool IsOfOneConnection(Errno error) =>
        error is Errno.ECONNABORTED or Errno.EPROTO or Errno.ENETDOWN or Errno.ENETUNREACH
            or Errno.EHOSTUNREACH or Errno.ETIMEDOUT;

    /// <summary>
    /// The kernel could not cut a train into datagrams: a segment is larger than the path takes, or the device cannot
    /// compute checksums (udp_send_skb in net/ipv4/udp.c).
    /// </summary>
    public static bool IsOfTrain(Errno error) => error is Errno.EINVAL or Errno.EMSGSIZE or Errno.EIO;

    /// <summary>The text that the C library has for it. Allocates; for messages.</summary>
    public static string Text(Errno error) =>
        System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage((int)error);
}
