using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>A tab of a browser: what it shows, what it asked for, what it complained of.</summary>
internal sealed class PageTab : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DevTools _tools;

    private PageTab(DevTools tools) => _tools = tools;

    /// <summary>The addresses of all that it asked for.</summary>
    public IEnumerable<Uri> Requests =>
        from one in _tools.Events
        where one.Method == "Network.requestWillBeSent"
        select new Uri(one.Parameters.GetProperty("request").GetProperty("url").GetString()!);

    /// <summary>Exceptions, errors and warnings, as its console has them.</summary>
    public IEnumerable<string> Complaints =>
        from one in _tools.Events
        where one.Method is "Runtime.exceptionThrown" or "Log.entryAdded" or "Runtime.consoleAPICalled"
            or "Page.javascriptDialogOpening"
        select one.Parameters.ToString();

    /// <summary>Takes over an empty tab.</summary>
    public static async Task<PageTab> AttachAsync(Uri address, int width, int height)
    {
        DevTools tools = await DevTools.ConnectAsync(address);
        foreach (string area in (string[])["Page", "Runtime", "Log", "Network"]) await tools.AskAsync($"{area}.enable");
        PageTab tab = new(tools);
        await tab.ResizeAsync(width, height);
        return tab;
    }

    /// <summary>Makes the window another size; a narrow one is a phone's.</summary>
    public Task ResizeAsync(int width, int height) => _tools.AskAsync(
        "Emulation.setDeviceMetricsOverride",
        new JsonObject { ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 });

    /// <summary>What the system is said to prefer: dark or light.</summary>
    public Task PreferAsync(string scheme) => _tools.AskAsync(
        "Emulation.setEmulatedMedia",
        new JsonObject
        {
            ["features"] = new JsonArray(
                new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }),
        });

    /// <summary>Opens an address.</summary>
    public Task GoAsync(string url) => _tools.AskAsync("Page.navigate", new JsonObject { ["url"] = url });

    /// <summary>The value of an expression, of a promise what it comes to.</summary>
    public async Task<JsonElement> ValueAsync(string expression)
    {
        JsonElement answer = await _tools.AskAsync(
            "Runtime.evaluate",
            new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true });
        if (answer.TryGetProperty("exceptionDetails", out JsonElement wrong)) Assert.Fail($"{expression}: {wrong}");
        JsonElement result = answer.GetProperty("result");
        return result.TryGetProperty("value", out JsonElement value) ? value : default;
    }

    /// <summary>The text of what a selector finds first; null where it finds nothing.</summary>
    public async Task<string?> TextAsync(string selector) =>
        (await ValueAsync($"document.querySelector({Quoted(selector)})?.innerText ?? null")).GetString();

    /// <summary>The texts of all that a selector finds.</summary>
    public async Task<string[]> TextsAsync(string selector) =>
        [.. (await ValueAsync($"[...document.querySelectorAll({Quoted(selector)})].map((one) => one.innerText)"))
            .EnumerateArray().Select(static one => one.GetString()!)];

    /// <summary>Waits until an expression is true.</summary>
    public async Task UntilAsync(string expression)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await HoldsAsync(expression))
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                Assert.Fail($"did not come about: {expression}; {string.Join('\n', Complaints)}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Waits until the page has taken what the daemon says so many times more.</summary>
    public async Task RefreshedAsync(int times)
    {
        const string Count = "performance.getEntriesByName(location.origin + '/status.json').length";
        int before = (await ValueAsync(Count)).GetInt32();
        await UntilAsync($"{Count} >= {before + times}");
    }

    /// <summary>Clicks where an element is, as a mouse does, once it stands still.</summary>
    public async Task ClickAsync(string selector)
    {
        (double X, double Y) place = await PlaceAsync(selector);
        for ((double, double) before = default; place != before; place = await PlaceAsync(selector))
        {
            before = place;
            await Task.Delay(100); // What is drawn meanwhile above it would push it out of its place.
        }

        foreach (string type in (string[])["mousePressed", "mouseReleased"])
        {
            await _tools.AskAsync("Input.dispatchMouseEvent", new JsonObject
            {
                ["type"] = type, ["button"] = "left", ["clickCount"] = 1,
                ["x"] = place.X, ["y"] = place.Y,
            });
        }
    }

    /// <summary>Types into what has the focus.</summary>
    public Task TypeAsync(string text) => _tools.AskAsync("Input.insertText", new JsonObject { ["text"] = text });

    /// <summary>Presses and releases a key.</summary>
    public async Task PressAsync(string key, int code)
    {
        foreach (string type in (string[])["keyDown", "keyUp"])
        {
            await _tools.AskAsync("Input.dispatchKeyEvent", new JsonObject
            {
                ["type"] = type, ["key"] = key, ["windowsVirtualKeyCode"] = code,
                ["text"] = type == "keyDown" && key == "Enter" ? "\r" : "",
            });
        }
    }

    public ValueTask DisposeAsync() => _tools.DisposeAsync();

    /// <summary>The middle of an element, which is scrolled to.</summary>
    private async Task<(double X, double Y)> PlaceAsync(string selector)
    {
        JsonElement place = await ValueAsync(
            $$"""
            (() => {
              const element = document.querySelector({{Quoted(selector)}});
              element.scrollIntoView({ block: 'center', behavior: 'instant' });
              const box = element.getBoundingClientRect();
              return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
            })()
            """);
        return (place.GetProperty("x").GetDouble(), place.GetProperty("y").GetDouble());
    }

    private async Task<bool> HoldsAsync(string expression)
    {
        try
        {
            return (await ValueAsync($"Boolean({expression})")).ValueKind == JsonValueKind.True;
        }
        catch (InvalidOperationException)
        {
            return false; // One document is just taking another's place.
        }
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
