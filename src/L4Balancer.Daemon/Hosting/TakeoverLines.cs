using System.Text;
using L4Balancer.Interop;

namespace L4Balancer.Daemon.Hosting;

/// <summary>
/// What is said when a process takes the place of another: lines on the connection that <c>POST /takeover</c> has
/// turned into one of this protocol, descriptors with some of them.
/// <code>
/// successor                     predecessor
/// send                      ▶                       the answer is read: the socket may be written to directly
///                           ◀   sockets NAME:NAME…  with a descriptor for each name, at most 200
/// next                      ▶                       until all are passed
///                           ◀   end PID
/// ready                     ▶                       its backends are probed
///                           ◀   yours               nothing is taken any more; or: refused REASON
/// </code>
/// Whoever goes before "ready" leaves everything as it was.
/// </summary>
internal static class TakeoverLines
{
    public const string Path = "/takeover";
    public const string Protocol = "l4balancer-takeover";

    public const string Send = "send";
    public const string Next = "next";
    public const string Ready = "ready";
    public const string Yours = "yours";
    public const string Sockets = "sockets ";
    public const string End = "end ";
    public const string Refused = "refused ";

    /// <summary>The name of the admin side's TCP listening socket.</summary>
    public const string AdminSocket = "admin";

    /// <summary>Longest line: 200 names of addresses.</summary>
    public const int MaxBytes = 32 * 1024;

    /// <summary>Writes a line, and descriptors with it, to a connected unix socket.</summary>
    /// <exception cref="IOException">The other side has gone, or does not read.</exception>
    public static void Write(int socket, string line, params int[] descriptors)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
        SyscallResult sent = DescriptorPassing.Send(socket, bytes, descriptors);
        if (sent.IsError) throw new IOException(Errnos.Text(sent.Error));

        // Each line waits for the one before it to be read, so the socket has room.
        if (sent.Value < bytes.Length) throw new IOException($"only {sent.Value} of {bytes.Length} bytes were taken");
    }
}
