using System.Net.Sockets;
using L4Balancer.Tests.Processes;

namespace L4Balancer.Tests.Interop;

/// <summary>Two connected unix sockets.</summary>
internal sealed class UnixPair : IDisposable
{
    private readonly TempFolder _folder = new();

    public UnixPair(SocketType type)
    {
        UnixDomainSocketEndPoint path = new(_folder["socket"]);
        Socket bound = new(AddressFamily.Unix, type, ProtocolType.Unspecified);
        bound.Bind(path);
        if (type == SocketType.Stream) bound.Listen();
        Sender = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
        Sender.Connect(path);
        Receiver = bound;
        if (type != SocketType.Stream) return;

        Receiver = bound.Accept();
        bound.Dispose();
    }

    public Socket Sender { get; }

    public Socket Receiver { get; }

    public int SenderFd => (int)Sender.Handle;

    public int ReceiverFd => (int)Receiver.Handle;

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
        _folder.Dispose();
    }
}
