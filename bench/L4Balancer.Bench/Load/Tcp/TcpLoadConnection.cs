using L4Balancer.Interop;
using L4Balancer.Shards;

namespace L4Balancer.Bench.Load.Tcp;

/// <summary>
/// A connection on which requests are sent, each at once when it is due, and their replies taken in the same order.
/// </summary>
internal sealed class TcpLoadConnection(int fd, long firstPlace, int requestBytes) : IDisposable
{
    // When the requests without a reply were due. It grows only where replies stay away; the closed loop has one.
    private readonly Queue<long> _due = new(capacity: 64);
    private long _asked;    // Bytes of all requests that were due.
    private long _sent;     // Of them the kernel has taken.
    private long _received;

    /// <summary>The descriptor.</summary>
    public int Fd => fd;

    /// <summary>Requests without a reply.</summary>
    public int Outstanding => _due.Count;

    /// <summary>Sends a request, also where earlier ones wait for their reply.</summary>
    /// <param name="due">When it is due; its latency counts from there.</param>
    /// <exception cref="IOException">The connection has ended.</exception>
    public void Ask(long due)
    {
        _due.Enqueue(due);
        _asked += requestBytes;
        SendAsked();
    }

    /// <summary>Sends what the kernel takes of what it did not take before.</summary>
    public void SendAsked()
    {
        while (_sent < _asked)
        {
            SyscallResult sent = SocketCalls.Send(fd, PatternBytes.At(firstPlace + _sent, _asked - _sent));
            if (sent.WouldBlock) return;

            _sent += TcpSockets.Check(sent, "send");
        }
    }

    /// <summary>Takes the replies that have come, and counts those that were due in the counted time.</summary>
    /// <returns>True where there were any: a request or more were answered.</returns>
    /// <exception cref="IOException">The connection has ended, or a reply is wrong.</exception>
    public bool TakeReplies(byte[] buffer, CountedTime time, LatencyHistogram latencies)
    {
        int before = _due.Count;
        SyscallResult received;
        do
        {
            received = SocketCalls.Receive(fd, buffer);
            if (received.WouldBlock) break;
            if (TcpSockets.Check(received, "receive") == 0) throw new IOException("the other side closed a connection");

            Take(buffer.AsSpan(0, received.Value), time, latencies);
        }
        while (received.Value == buffer.Length); // Fewer: the socket is drained, and what comes next is an edge.
        return _due.Count < before;
    }

    public void Dispose() => SocketCalls.Close(fd);

    private void Take(ReadOnlySpan<byte> bytes, CountedTime time, LatencyHistogram latencies)
    {
        long now = ShardClock.Read();
        if (_received + bytes.Length > _sent || !PatternBytes.Match(firstPlace + _received, bytes))
        {
            throw new IOException($"a wrong reply, from byte {_received} of a connection on");
        }

        long answered = ((_received + bytes.Length) / requestBytes) - (_received / requestBytes);
        _received += bytes.Length;
        for (; answered > 0; answered--)
        {
            long due = _due.Dequeue();
            if (time.Includes(due)) latencies.Record(now - due);
        }
    }
}
