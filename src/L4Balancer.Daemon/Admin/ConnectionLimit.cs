using System.Text;
using Microsoft.AspNetCore.Connections;

namespace L4Balancer.Daemon.Admin;

/// <summary>
/// At most so many connections of one listener. Each has a limit of its own: whoever fills the read-only address does
/// not keep the operator from the unix socket.
/// </summary>
internal sealed class ConnectionLimit(int most)
{
    private const string Reason = """{"error":"too many connections to the admin side; close some of them"}""";

    private static readonly byte[] Refusal = Encoding.ASCII.GetBytes(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nConnection: close\r\n"
        + $"Content-Length: {Reason.Length}\r\n\r\n{Reason}");

    private int _open;

    /// <summary>Passes a connection on, or refuses it.</summary>
    public async Task LimitAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= most) await next(connection);
            else await connection.Transport.Output.WriteAsync(Refusal);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
