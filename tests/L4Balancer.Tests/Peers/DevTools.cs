using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// A connection that speaks the DevTools protocol: JSON over a WebSocket, answers by the number of their question, and
/// events in between.
/// </summary>
internal sealed class DevTools : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _asked = new();
    private readonly ConcurrentQueue<(string Method, JsonElement Parameters)> _events = new();
    private Task _reading = Task.CompletedTask;
    private int _last;

    private DevTools()
    {
    }

    /// <summary>The events so far.</summary>
    public IReadOnlyCollection<(string Method, JsonElement Parameters)> Events => _events;

    /// <summary>Connects to what is driven: a tab or the whole browser.</summary>
    public static async Task<DevTools> ConnectAsync(Uri address)
    {
        DevTools tools = new();
        await tools._socket.ConnectAsync(address, CancellationToken.None).Within();
        tools._reading = tools.ReadLoopAsync();
        return tools;
    }

    /// <summary>Asks for something. One question at a time.</summary>
    /// <returns>The result.</returns>
    /// <exception cref="InvalidOperationException">The browser refuses, and says why.</exception>
    public async Task<JsonElement> AskAsync(string method, JsonObject? parameters = null)
    {
        int id = ++_last;
        TaskCompletionSource<JsonElement> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        JsonObject question = new() { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(question);
        await _socket.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).Within();

        JsonElement message = await answer.Task.Within();
        return message.TryGetProperty("result", out JsonElement result)
            ? result
            : throw new InvalidOperationException($"{method}: {message}");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading.Within();
        _socket.Dispose();
    }

    private async Task ReadLoopAsync()
    {
        byte[] buffer = new byte[64 * 1024];
        using MemoryStream message = new();
        try
        {
            while (_socket.State == WebSocketState.Open)
            {
                ValueWebSocketReceiveResult part =
                    await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                message.Write(buffer, 0, part.Count);
                if (!part.EndOfMessage) continue;

                if (message.Length > 0) Take(JsonSerializer.Deserialize<JsonElement>(message.ToArray()));
                message.SetLength(0);
            }
        }
        catch (Exception end) when (end is WebSocketException or OperationCanceledException)
        {
            // The browser or this side has closed it: whoever still waits is told.
            foreach (TaskCompletionSource<JsonElement> one in _asked.Values) one.TrySetException(end);
        }
    }

    private void Take(JsonElement message)
    {
        if (!message.TryGetProperty("id", out JsonElement id))
        {
            _events.Enqueue((message.GetProperty("method").GetString()!, message.GetProperty("params")));
        }
        else if (_asked.TryRemove(id.GetInt32(), out TaskCompletionSource<JsonElement>? asked))
        {
            asked.TrySetResult(message);
        }
    }
}
