using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace L4Balancer.Discovery;

/// <summary>
/// Asks name servers, one after the other until one has an answer: by UDP, and by TCP what does not fit. Each question
/// has a random id and a socket of its own, connected to the server, so that the kernel chooses the port and drops what
/// comes from elsewhere. Any thread.
/// </summary>
internal sealed class DnsClient(TimeProvider time)
{
    private const int Rounds = 2;

    private static readonly TimeSpan TimeForOne = TimeSpan.FromSeconds(1.5);

    private int _first; // The server that answered last is asked first.

    /// <summary>Asks until a server answers, at most twice each.</summary>
    /// <returns>
    /// The answer, whose code is <see cref="DnsCode.Ok"/> or <see cref="DnsCode.NoSuchName"/>; or null, and why there
    /// is none.
    /// </returns>
    public async Task<(DnsResponse? Response, string Error)> AskAsync(
        IReadOnlyList<IPEndPoint> servers, DnsQuestion question, CancellationToken cancellationToken)
    {
        string error = "there is no name server to ask";
        int first = Volatile.Read(ref _first);
        for (int i = 0; i < servers.Count * Rounds; i++)
        {
            int at = (first + i) % servers.Count;
            (DnsResponse? response, string problem) = await AskOneAsync(servers[at], question, cancellationToken);
            if (response is { Code: DnsCode.Ok or DnsCode.NoSuchName })
            {
                Volatile.Write(ref _first, at);
                return (response, "");
            }

            error = response is null ? problem : $"{Text(response.Code)} from {servers[at]}";
        }

        return (null, error);
    }

    private static string Text(DnsCode code) => code switch
    {
        DnsCode.Malformed => "an answer that cannot be read",
        DnsCode.FormatError => "FORMERR",
        DnsCode.ServerFailure => "SERVFAIL",
        DnsCode.NotImplemented => "NOTIMP",
        DnsCode.Refused => "REFUSED",
        _ => $"code {(int)code}",
    };

    private async Task<(DnsResponse? Response, string Error)> AskOneAsync(
        IPEndPoint server, DnsQuestion question, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(TimeForOne, time);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await AskOneAsync(server, question, hasOptions: true, either.Token) is { } response
                ? (response, "")
                : (null, $"\"{question.Name}\" is not a name that can be asked for");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"no answer from {server}");
        }
        catch (Exception exception) when (exception is SocketException or EndOfStreamException)
        {
            return (null, $"{exception.Message} ({server})");
        }
    }

    private static async Task<DnsResponse?> AskOneAsync(
        IPEndPoint server, DnsQuestion question, bool hasOptions, CancellationToken cancellationToken)
    {
        ushort id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        if (question.ToMessage(id, hasOptions) is not { } message) return null;

        DnsResponse response = await AskByUdpAsync(server, message, id, question, cancellationToken);
        bool knowsNoOptions = response.Code is DnsCode.FormatError or DnsCode.NotImplemented && hasOptions;
        if (knowsNoOptions) return await AskOneAsync(server, question, hasOptions: false, cancellationToken);

        return response.IsTruncated
            ? await AskByTcpAsync(server, message, id, question, cancellationToken)
            : response;
    }

    private static async Task<DnsResponse> AskByUdpAsync(
        IPEndPoint server, byte[] message, ushort id, DnsQuestion question, CancellationToken cancellationToken)
    {
        using Socket socket = new(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellationToken);
        await socket.SendAsync(message, cancellationToken);
        byte[] buffer = new byte[ushort.MaxValue];
        while (true) // Until the time is over: what is no answer may come before it.
        {
            int length = await socket.ReceiveAsync(buffer, cancellationToken);
            if (DnsResponse.Read(buffer.AsSpan(0, length), id, question) is { } response) return response;
        }
    }

    private static async Task<DnsResponse> AskByTcpAsync(
        IPEndPoint server, byte[] message, ushort id, DnsQuestion question, CancellationToken cancellationToken)
    {
        using Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken);
        byte[] framed = new byte[sizeof(ushort) + message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed, sizeof(ushort));
        for (int sent = 0; sent < framed.Length;)
        {
            sent += await socket.SendAsync(framed.AsMemory(sent), cancellationToken);
        }

        byte[] length = await ReceiveAsync(socket, sizeof(ushort), cancellationToken);
        byte[] answer = await ReceiveAsync(
            socket, BinaryPrimitives.ReadUInt16BigEndian(length), cancellationToken);
        DnsResponse? response = DnsResponse.Read(answer, id, question);
        return response is { IsTruncated: false } ? response : new DnsResponse(DnsCode.Malformed, false, []);
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[count];
        for (int filled = 0; filled < count;)
        {
            int received = await socket.ReceiveAsync(bytes.AsMemory(filled), cancellationToken);
            if (received == 0) throw new EndOfStreamException("the answer by TCP ends too soon");
            filled += received;
        }

        return bytes;
    }
}
