using System.Net.Sockets;
using System.Text;
using L4Balancer.Interop;
using L4Balancer.Net;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Interop;

/// <summary>Descriptors over real unix sockets.</summary>
internal sealed class DescriptorPassingTests
{
    private readonly List<int> _opened = [];
    private readonly List<int> _received = [];

    [TearDown]
    public void Close()
    {
        foreach (int fd in _opened.Concat(_received)) SocketCalls.Close(fd);
        _opened.Clear();
        _received.Clear();
    }

    [Test]
    public void Pass_Descriptors_AreTheSameSocketsInTheSameOrder(
        [Values(SocketType.Stream, SocketType.Dgram)] SocketType type, [Values(1, 2, 200)] int count)
    {
        using UnixPair pair = new(type);
        IpEndpoint[] bound = OpenSockets(count);

        SyscallResult sent = DescriptorPassing.Send(pair.SenderFd, "names"u8, _opened.ToArray());
        byte[] buffer = new byte[100];
        SyscallResult received = DescriptorPassing.Receive(pair.ReceiverFd, buffer, _received);

        Assert.Multiple(() =>
        {
            Assert.That((sent.Error, sent.Value), Is.EqualTo((Errno.None, 5)));
            Assert.That(Encoding.ASCII.GetString(buffer, 0, received.Value), Is.EqualTo("names"));
            Assert.That(_received.Select(LocalOf), Is.EqualTo(bound));
            Assert.That(_received, Is.All.Matches<int>(ClosesOnExec));
        });
    }

    [Test]
    public void Pass_SeveralMessages_EachHasItsOwn()
    {
        using UnixPair pair = new(SocketType.Stream);
        IpEndpoint[] bound = OpenSockets(450);
        byte[] buffer = new byte[100];

        foreach (int[] some in _opened.Chunk(DescriptorPassing.MaxDescriptors))
        {
            DescriptorPassing.Send(pair.SenderFd, Encoding.ASCII.GetBytes($"{some.Length}"), some);
        }

        List<string> counts = [];
        while (_received.Count < 450)
        {
            int before = _received.Count;
            int bytes = DescriptorPassing.Receive(pair.ReceiverFd, buffer, _received).Value;
            counts.Add($"{Encoding.ASCII.GetString(buffer, 0, bytes)}={_received.Count - before}");
        }

        Assert.That(counts, Is.EqualTo(["200=200", "200=200", "50=50"]));
        Assert.That(_received.Select(LocalOf), Is.EqualTo(bound));
    }

    [Test]
    public void Pass_NoDescriptors_IsAPlainMessage()
    {
        using UnixPair pair = new(SocketType.Stream);

        DescriptorPassing.Send(pair.SenderFd, "plain"u8, []);
        SyscallResult received = DescriptorPassing.Receive(pair.ReceiverFd, new byte[10], _received);

        Assert.That((received.Value, _received.Count), Is.EqualTo((5, 0)));
    }

    [Test]
    public void Send_TooMany_IsRefused()
    {
        using UnixPair pair = new(SocketType.Stream);
        OpenSockets(1);
        int[] many = [.. Enumerable.Repeat(_opened[0], DescriptorPassing.MaxDescriptors + 1)];

        Assert.That(() => DescriptorPassing.Send(pair.SenderFd, "x"u8, many), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void Send_PeerHasGone_IsAnErrorAndNoSignal()
    {
        using UnixPair pair = new(SocketType.Stream);
        OpenSockets(1);
        pair.Receiver.Dispose();

        Assert.That(
            DescriptorPassing.Send(pair.SenderFd, "x"u8, _opened.ToArray()).Error,
            Is.EqualTo(Errno.EPIPE).Or.EqualTo(Errno.ECONNRESET));
    }

    [Test]
    public void Receive_PeerHasGone_IsTheEnd()
    {
        using UnixPair pair = new(SocketType.Stream);
        pair.Sender.Dispose();

        SyscallResult received = DescriptorPassing.Receive(pair.ReceiverFd, new byte[10], _received);

        Assert.That((received.Error, received.Value), Is.EqualTo((Errno.None, 0)));
    }

    /// <summary>
    /// Where not all of them fit, the kernel passes some: none of those may stay open. The sender is a program of
    /// another language, so that it may send more than this one would.
    /// </summary>
    [Test]
    public async Task Receive_MoreThanThereIsRoomFor_IsAnErrorAndLeavesNoneOpen()
    {
        using TempFolder folder = new();
        using Socket receiver = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        receiver.Bind(new UnixDomainSocketEndPoint(folder["socket"]));
        await ChildProcess.RunAsync(RealProgram.Find("python3"), "-c",
            $"""
            import array, os, socket
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.connect("{folder["socket"]}")
            f = array.array("i", [os.open("/dev/null", os.O_RDONLY) for _ in range(253)])
            s.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, f)])
            """);
        int before = OpenDescriptors();

        SyscallResult received = DescriptorPassing.Receive((int)receiver.Handle, new byte[10], _received);

        Assert.Multiple(() =>
        {
            Assert.That(received.Error, Is.EqualTo(Errno.EMSGSIZE));
            Assert.That(_received, Is.Empty);
            Assert.That(OpenDescriptors(), Is.LessThan(before + 50), "of more than 200; others come and go");
        });
    }

    private static int OpenDescriptors() => new ProcessView(Environment.ProcessId).Descriptors;

    private static bool ClosesOnExec(int fd)
    {
        // "flags:	02004002", octal: the bit is O_CLOEXEC.
        string flags = File.ReadLines($"/proc/self/fdinfo/{fd}").Single(line => line.StartsWith("flags:"));
        return (Convert.ToInt32(flags["flags:".Length..].Trim(), 8) & 0x80000) != 0;
    }

    private static IpEndpoint LocalOf(int fd)
    {
        SocketCalls.LocalEndpoint(fd, out IpEndpoint local);
        return local;
    }

    private IpEndpoint[] OpenSockets(int count)
    {
        for (int i = 0; i < count; i++)
        {
            int fd = SocketCalls.OpenUdp(v6: false).Value;
            _opened.Add(fd);
            SocketCalls.Bind(fd, new IpEndpoint(IpAddress.FromV4(0x7F00_0001), 0), v6: false);
        }

        return [.. _opened.Select(LocalOf)];
    }
}
