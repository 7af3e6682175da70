using System.Text.Json;
using L4Balancer.Config;
using L4Balancer.Interop;
using L4Balancer.Shards;

namespace L4Balancer.Daemon.Hosting;

/// <summary>
/// A takeover as the successor does it: it has the listening sockets of a running daemon, which still serves them until
/// <see cref="Finish"/>. Ended before that, everything stays as it was. <see cref="TakeoverLines"/> is the protocol.
/// </summary>
internal sealed class Takeover : IDisposable
{
    private readonly TakeoverConnection _connection;

    private Takeover(TakeoverConnection connection) => _connection = connection;

    /// <summary>The listening sockets, each shard's after the other.</summary>
    public IReadOnlyList<GivenDescriptor> Listeners { get; private set; } = [];

    /// <summary>The admin side's TCP listening socket; null where it has none.</summary>
    public int? AdminListener { get; private set; }

    /// <summary>Who serves now.</summary>
    public string Predecessor { get; private set; } = "";

    /// <summary>Asks a running daemon for its sockets. They are open here when this returns.</summary>
    /// <param name="adminSocket">Its admin socket.</param>
    /// <returns>Null where no daemon listens there.</returns>
    /// <exception cref="BalancerStartException">It refuses, or does not answer as it should.</exception>
    public static Takeover? Begin(string adminSocket)
    {
        if (TakeoverConnection.Open(adminSocket) is not { } connection) return null;

        Takeover takeover = new(connection);
        List<GivenDescriptor> given = [];
        try
        {
            takeover.Ask();
            takeover.TakeSockets(given);
        }
        catch
        {
            given.ForEach(static one => SocketCalls.Close(one.Fd));
            takeover.Dispose();
            throw;
        }

        takeover.AdminListener =
            given.Where(static one => one.Name == TakeoverLines.AdminSocket).Select(static one => (int?)one.Fd)
                .FirstOrDefault();
        takeover.Listeners = [.. given.Where(static one => one.Name != TakeoverLines.AdminSocket)];
        return takeover;
    }

    /// <summary>
    /// This process can serve: the other one stops. When this returns it takes nothing any more. Blocks.
    /// </summary>
    /// <returns>False where the other process had gone before it could say so.</returns>
    /// <exception cref="BalancerStartException">It keeps its place.</exception>
    public bool Finish()
    {
        if (!_connection.TryWrite(TakeoverLines.Ready + "\n")) return false;

        string? line = _connection.Read([]);
        if (line is not null && line != TakeoverLines.Yours) throw Unexpected(line);
        return line is not null;
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private void Ask()
    {
        _connection.TryWrite(
            $"POST {TakeoverLines.Path} HTTP/1.1\r\nHost: l4balancer\r\nConnection: Upgrade\r\n"
            + $"Upgrade: {TakeoverLines.Protocol}\r\n\r\n");
        string status = _connection.Read([]) ?? throw Gone();
        int bodyBytes = 0;
        for (string? header; (header = _connection.Read([]) ?? throw Gone()).Length > 0;)
        {
            string[] parts = header.Split(':', 2);
            bool isLength = parts[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase);
            if (isLength && int.TryParse(parts[1], out int length)) bodyBytes = length;
        }

        if (status.StartsWith("HTTP/1.1 101", StringComparison.Ordinal)) return;

        throw _connection.Failure(bodyBytes > 0 ? Reason(_connection.ReadRest(bodyBytes)) : status);
    }

    private void TakeSockets(List<GivenDescriptor> given)
    {
        _connection.TryWrite(TakeoverLines.Send + "\n");
        while (true)
        {
            List<int> descriptors = [];
            string line = _connection.Read(descriptors) ?? throw Gone();
            string[] names = line.StartsWith(TakeoverLines.Sockets, StringComparison.Ordinal)
                ? line[TakeoverLines.Sockets.Length..].Split(':') : [];
            given.AddRange(descriptors.Select((fd, i) => new GivenDescriptor(names.ElementAtOrDefault(i) ?? "", fd)));
            if (line.StartsWith(TakeoverLines.End, StringComparison.Ordinal))
            {
                Predecessor = $"process {line[TakeoverLines.End.Length..]}";
                return;
            }

            if (names.Length == 0 || names.Length != descriptors.Count) throw Unexpected(line);
            _connection.TryWrite(TakeoverLines.Next + "\n");
        }
    }

    private BalancerStartException Gone() => _connection.Failure("it ended the connection");

    private BalancerStartException Unexpected(string line) => _connection.Failure(
        line.StartsWith(TakeoverLines.Refused, StringComparison.Ordinal)
            ? line[TakeoverLines.Refused.Length..] : $"it said '{line}', which this version does not know");

    /// <summary>The sentence in an answer of the admin side, or the answer where it is none.</summary>
    private static string Reason(string body)
    {
        try
        {
            using JsonDocument answer = JsonDocument.Parse(body);
            return answer.RootElement.GetProperty("error").GetString() ?? body;
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return body.Trim();
        }
    }
}
