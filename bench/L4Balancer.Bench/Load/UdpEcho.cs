using System.Net;
using L4Balancer.Bench.Interop;
using L4Balancer.Interop;
using L4Balancer.Net;

namespace L4Balancer.Bench.Load;

/// <summary>
/// <c>udp-echo ADDRESS:PORT [trains]</c>: sends every datagram back to its sender until it is ended. With
/// <c>trains</c> it receives datagrams joined (UDP_GRO) and sends trains (UDP_SEGMENT): those of
/// <c>udp-load --train</c> go back as trains also where they came in pieces, as a server's answer is sent as a train
/// however the question came.
/// </summary>
internal sealed class UdpEcho : IDisposable
{
    private const int BatchSize = 64;
    private const int ReceiveBufferBytes = 4 << 20; // All that any load has under way.
    private const int GatheredTrains = 1024;        // By flow number; a load with more flows drops trains.

    private readonly int _fd;
    private readonly LoadBatch _batch = new(BatchSize);
    private readonly GatheredTrain[] _trains = new GatheredTrain[GatheredTrains];

    private UdpEcho(int fd)
    {
        _fd = fd;
        for (int i = 0; i < GatheredTrains; i++) _trains[i] = new GatheredTrain();
    }

    /// <summary>Runs the command.</summary>
    /// <returns>1 where the address cannot be bound, 2 on wrong arguments; otherwise it does not return.</returns>
    public static int Run(string[] args)
    {
        bool trains = args is [_, "trains"];
        if (args.Length != (trains ? 2 : 1) || !IPEndPoint.TryParse(args[0], out IPEndPoint? address))
        {
            Console.Error.WriteLine("usage: udp-echo ADDRESS:PORT [trains]");
            return 2;
        }

        IpEndpoint endpoint = IpEndpoint.From(address);
        SyscallResult opened = SocketCalls.OpenUdp(!endpoint.Address.IsV4);
        SyscallResult bound = SocketCalls.Bind(opened.Value, endpoint, !endpoint.Address.IsV4);
        if (opened.IsError || bound.IsError || (trains && SocketOptions.ReceiveTrains(opened.Value).IsError))
        {
            Console.Error.WriteLine($"udp-echo {address}: {Errnos.Text(bound.Error)}");
            return 1;
        }

        SocketBuffers.AskToReceive(opened.Value, ReceiveBufferBytes);
        using UdpEcho echo = new(opened.Value);
        echo.EchoLoop();
        return 0;
    }

    public void Dispose()
    {
        SocketCalls.Close(_fd);
        _batch.Dispose();
    }

    private void EchoLoop()
    {
        using Epoll epoll = new(capacity: 1);
        epoll.Register(_fd, EpollEvents.In | EpollEvents.EdgeTriggered, 0);
        while (true)
        {
            SyscallResult received = _batch.Receive(_fd);
            for (int i = 0; i < received.Value; i++) Answer(i);
            _batch.Send(_fd);
            if (received.Value < BatchSize) epoll.Wait(timeoutMilliseconds: -1);
        }
    }

    private void Answer(int index)
    {
        Span<byte> received = _batch.Received(index);
        int segmentBytes = _batch.SegmentBytes(index);
        int first = segmentBytes > 0 ? segmentBytes : received.Length;
        if (!LoadDatagram.TryRead(received[..Math.Min(first, received.Length)], out LoadDatagram datagram)
            || datagram.Train * first == received.Length)
        {
            _batch.Stage(index, received.Length, segmentBytes, toSender: true);
            return;
        }

        GatheredTrain train = _trains[datagram.Flow % GatheredTrains];
        bool complete = false;
        for (ReadOnlySpan<byte> rest = received; rest.Length > 0; rest = rest[Math.Min(first, rest.Length)..])
        {
            ReadOnlySpan<byte> one = rest[..Math.Min(first, rest.Length)];
            if (LoadDatagram.TryRead(one, out datagram)) complete |= train.Add(datagram, one);
        }

        if (complete) _batch.Stage(index, train.CopyTo(_batch.Buffer(index)), first, toSender: true);
    }
}
