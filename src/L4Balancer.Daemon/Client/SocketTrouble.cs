using System.Net.Sockets;
using L4Balancer.Daemon.Commands;

namespace L4Balancer.Daemon.Client;

/// <summary>Says why the daemon's socket could not be connected, and what to do.</summary>
internal static class SocketTrouble
{
    private const string WhereElse =
        "--socket PATH or --config FILE says where it is if it is elsewhere (admin.socket)";

    /// <summary>Nobody listens there; the socket's file may have gone too.</summary>
    public static bool IsGone(Exception failure) => failure is SocketException
    {
        SocketErrorCode: SocketError.ConnectionRefused or SocketError.AddressNotAvailable
            or SocketError.ConnectionReset,
    };

    /// <summary>To be read after the path and a colon.</summary>
    public static string Explain(string socket, Exception failure) => failure switch
    {
        SocketException { SocketErrorCode: SocketError.AccessDenied } => Denied(socket),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => Refused(socket),
        ArgumentException => "the path is longer than the 107 bytes that the kernel takes; choose a shorter one",
        _ when Directory.Exists(socket) => "this is a directory; name the socket in it",
        _ when !File.Exists(socket) =>
            $"there is no such file. Is the daemon running ('systemctl status {CommandLine.ProgramName}')? {WhereElse}",
        _ => failure.Message,
    };

    private static string Refused(string socket) => Directory.Exists(socket)
        ? "this is a directory; name the socket in it"
        : $"nobody listens there. The daemon has ended or crashed ('systemctl status {CommandLine.ProgramName}'); "
            + $"{WhereElse}";

    private static string Denied(string socket) =>
        $"user {Environment.UserName} may not use it; it is for its owner and group ('ls -l {socket}'). "
        + "Use sudo, or become a member of the group";
}
