using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>A request that must be refused, as bytes.</summary>
/// <param name="What">What is wrong with it.</param>
/// <param name="Bytes">Everything that is sent.</param>
/// <param name="Statuses">How it may be refused.</param>
internal sealed record WrongRequest(string What, byte[] Bytes, params int[] Statuses)
{
    private const string EndOfHead = "\r\n\r\n";

    /// <summary>It goes to the read-only address.</summary>
    public bool OverTcp { get; init; }

    /// <summary>The server itself refuses it, before anything of this program is asked: without a sentence.</summary>
    public bool IsNoRequest { get; init; }

    /// <summary>It never comes to its end; otherwise one that is no request ends where its bytes do.</summary>
    public bool IsSlow { get; init; }

    /// <summary>What the refusal must name.</summary>
    public string? Names { get; init; }

    /// <summary>A whole request.</summary>
    public static WrongRequest Of(
        string method, string target, int status, string? body = null, params IEnumerable<string> headers)
    {
        StringBuilder head = new($"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        foreach (string header in headers) head.Append(header).Append("\r\n");
        byte[] bytes = body is null ? [] : Encoding.UTF8.GetBytes(body);
        if (body is not null) head.Append("Content-Length: ").Append(bytes.Length).Append("\r\n");
        return new WrongRequest(
            $"{method} {target} {string.Join(' ', headers)} {body}",
            [.. Encoding.Latin1.GetBytes($"{head}\r\n"), .. bytes],
            status);
    }

    /// <summary>A POST with a body of JSON.</summary>
    public static WrongRequest Json(string path, string body, int status = 400) =>
        Of("POST", path, status, body, "Content-Type: application/json");

    /// <summary>Sends it and reads to the end.</summary>
    /// <returns>What is wrong with the refusal; null for nothing.</returns>
    public async Task<string?> ProblemAsync(DaemonProcess daemon)
    {
        using Socket socket = OverTcp
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        EndPoint address = OverTcp
            ? new IPEndPoint(IPAddress.Loopback, daemon.File.AdminPort)
            : new UnixDomainSocketEndPoint(daemon.ControlPath);
        await socket.ConnectAsync(address).Within();
        string answer = await TalkAsync(socket).Within();
        return Problem(answer) is { } problem ? $"{Short(What)}: {problem}" : null;
    }

    /// <summary>A server may refuse and close before it has read everything.</summary>
    private async Task<string> TalkAsync(Socket socket)
    {
        Task sending = SendAsync(socket);
        StringBuilder answer = new();
        byte[] buffer = new byte[16 * 1024];
        try
        {
            for (int count; (count = await socket.ReceiveAsync(buffer)) > 0;)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }
        }
        catch (SocketException gone) when (gone.SocketErrorCode == SocketError.ConnectionReset)
        {
            TestContext.Out.WriteLine($"reset behind its answer: {Short(What)}");
        }

        await sending;
        return answer.ToString();
    }

    private async Task SendAsync(Socket socket)
    {
        try
        {
            for (int sent = 0; sent < Bytes.Length;) sent += await socket.SendAsync(Bytes.AsMemory(sent));
            if (IsNoRequest && !IsSlow) socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException gone) when (gone.SocketErrorCode
            is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.NotConnected)
        {
            TestContext.Out.WriteLine($"closed before it was sent: {Short(What)}");
        }
    }

    private string? Problem(string answer)
    {
        if (IsNoRequest && answer.Length == 0) return null; // Closed without a word: it was no HTTP.

        string[] first = answer.Split(' ', 3);
        if (first is not ["HTTP/1.1", { } status, _] || !Statuses.Contains(int.Parse(status))) return Short(answer);
        if (IsNoRequest) return null;

        string body = answer[(answer.IndexOf(EndOfHead, StringComparison.Ordinal) + EndOfHead.Length)..];
        try
        {
            string error = JsonDocument.Parse(body).RootElement.GetProperty("error").GetString()!;
            bool isClear = error.Length > 10 && (Names is null || error.Contains(Names, StringComparison.Ordinal));
            return isClear ? null : $"not clear: {error}";
        }
        catch (JsonException)
        {
            return $"not JSON: {Short(body)}";
        }
    }

    private static string Short(string text) => text.Length <= 200 ? text : $"{text[..200]}…";
}
