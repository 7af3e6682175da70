using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace L4Balancer.Tests.Peers;

/// <summary>What the admin side answered.</summary>
internal sealed record AdminReply(HttpStatusCode Status, string Body, string? ContentType)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>Why it was refused.</summary>
    public string Error => Json.GetProperty("error").GetString()!;
}

/// <summary>Asks the admin side of a daemon.</summary>
internal sealed class AdminCaller : IDisposable
{
    private readonly HttpClient _http;

    public AdminCaller(SocketsHttpHandler connections, string address) => _http = new HttpClient(connections)
    {
        BaseAddress = new Uri(address),
        Timeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>Over a unix socket.</summary>
    public static AdminCaller Over(string path) => new(
        new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        },
        "http://localhost");

    public Task<AdminReply> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>A page of JSON.</summary>
    public async Task<JsonElement> JsonAsync(string path) => (await GetAsync(path)).Json;

    /// <summary>A change; null has no body.</summary>
    public Task<AdminReply> PostAsync(string path, string? json = null)
    {
        HttpRequestMessage request = new(HttpMethod.Post, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        return SendAsync(request);
    }

    /// <summary>A change, with an object that is written as JSON.</summary>
    public Task<AdminReply> PostAsync(string path, object body) => PostAsync(path, JsonSerializer.Serialize(body));

    public async Task<AdminReply> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using HttpResponseMessage response = await _http.SendAsync(request);
            return new AdminReply(
                response.StatusCode,
                await response.Content.ReadAsStringAsync(),
                response.Content.Headers.ContentType?.ToString());
        }
    }

    /// <summary>An answer whose body goes on.</summary>
    public async Task<Stream> StreamAsync(HttpRequestMessage request)
    {
        HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
    }

    public void Dispose() => _http.Dispose();
}
