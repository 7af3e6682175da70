using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using L4Balancer.Daemon.Commands;

namespace L4Balancer.Daemon.Client;

/// <summary>
/// Speaks HTTP with the daemon over its admin socket. Whatever keeps an answer from coming fails the command with
/// <see cref="ExitCodes.Unreachable"/> and a sentence that names the socket.
/// </summary>
internal sealed class AdminClient : IDisposable
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(30); // Of a reload that waits for names.

    private readonly string _socket;
    private readonly HttpClient _http;

    /// <summary>Connects when the first request is made.</summary>
    /// <param name="socket">Path of the unix socket.</param>
    /// <param name="patience">Longest time for an answer; null is enough for every one.</param>
    public AdminClient(string socket, TimeSpan? patience = null)
    {
        _socket = socket;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false })
        {
            BaseAddress = new Uri("http://localhost/"),
            Timeout = patience ?? AnswerTime,
        };
    }

    /// <summary>Asks for a page.</summary>
    /// <param name="path">With its query, escaped.</param>
    public Task<AdminAnswer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Asks for a page of JSON. Fails the command where it is refused.</summary>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> form) =>
        (await GetAsync(path)).OrRefused().Read(form);

    /// <summary>Asks for a change that needs no words.</summary>
    public Task<AdminAnswer> PostAsync(string path) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent([]) });

    /// <summary>Asks for a change.</summary>
    public Task<AdminAnswer> PostAsync<T>(string path, T body, JsonTypeInfo<T> form)
    {
        ByteArrayContent content = new(JsonSerializer.SerializeToUtf8Bytes(body, form));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content });
    }

    /// <summary>A page of server-sent events, as they come, until the daemon ends it or the reader stops.</summary>
    public async IAsyncEnumerable<string> EventsAsync(string path, [EnumeratorCancellation] CancellationToken stop)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        using HttpResponseMessage response =
            await TellAsync(() => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop));
        if (!response.IsSuccessStatusCode)
        {
            new AdminAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(stop)).OrRefused();
        }

        await using Stream body = await response.Content.ReadAsStreamAsync(stop);
        await using IAsyncEnumerator<SseItem<string>> items =
            SseParser.Create(body).EnumerateAsync(stop).GetAsyncEnumerator(stop);
        while (await HasNextAsync(items)) yield return items.Current.Data;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <returns>False at the end, which a daemon that crashes leaves unsaid.</returns>
    private static async Task<bool> HasNextAsync(IAsyncEnumerator<SseItem<string>> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception end) when (end is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private Task<AdminAnswer> SendAsync(HttpRequestMessage request) => TellAsync(async () =>
    {
        using (request)
        {
            using HttpResponseMessage response = await _http.SendAsync(request);
            return new AdminAnswer(response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    });

    private async Task<T> TellAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException or ArgumentException)
        {
            throw Unreachable(
                SocketTrouble.Explain(_socket, failure.InnerException), SocketTrouble.IsGone(failure.InnerException));
        }
        catch (HttpRequestException failure)
        {
            bool hasEnded = failure.HttpRequestError == HttpRequestError.ResponseEnded;
            throw Unreachable($"{failure.Message} Has it just ended, or is this another program's socket?", hasEnded);
        }
        catch (OperationCanceledException failure) when (failure.InnerException is TimeoutException)
        {
            throw Unreachable(
                $"it took the connection but has not answered for {_http.Timeout.TotalSeconds:0} s. Does it hang?");
        }
    }

    private CommandFailure Unreachable(string why, bool isGone = false) =>
        new(ExitCodes.Unreachable, $"no answer from {_socket}: {why}") { IsGone = isGone };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext target, CancellationToken stop)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
