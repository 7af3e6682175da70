using System.Net.Http.Json;
using System.Text.Json;
using L4Balancer.Tests.Processes;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// Chromium without a window, with a profile of its own that is gone with it, driven over the DevTools protocol.
/// </summary>
internal sealed class PageBrowser : IAsyncDisposable
{
    private const string Listening = "DevTools listening on ";

    private readonly TempFolder _profile = new();
    private readonly ChildProcess _child;

    private PageBrowser()
    {
        // Of its sandbox a container often has no part; it only ever sees the page under test.
        _child = ChildProcess.Start(RealProgram.Find("chromium"), [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-extensions",
            $"--user-data-dir={_profile.Path}", "--remote-debugging-port=0", "about:blank",
        ]);
    }

    /// <summary>Starts it and waits until it can be driven.</summary>
    public static async Task<PageBrowser> StartAsync()
    {
        PageBrowser browser = new();
        await Eventually.TrueAsync(() => browser._child.HasExited || browser.Address() is not null, "a browser");
        return browser;
    }

    /// <summary>Opens an empty tab of a size.</summary>
    public async Task<PageTab> OpenAsync(int width = 1400, int height = 1000)
    {
        Uri address = Address() ?? throw new IOException($"no browser: {string.Join('\n', _child.Errors)}");
        using HttpClient http = new();
        using HttpResponseMessage made =
            await http.PutAsync($"http://{address.Authority}/json/new?about:blank", content: null).Within();
        JsonElement tab = await made.Content.ReadFromJsonAsync<JsonElement>();
        return await PageTab.AttachAsync(new Uri(tab.GetProperty("webSocketDebuggerUrl").GetString()!), width, height);
    }

    /// <summary>Opens the page of a daemon and waits until it shows what the daemon says.</summary>
    public async Task<PageTab> ShowAsync(DaemonProcess daemon, int width = 1400, int height = 1000)
    {
        PageTab tab = await OpenAsync(width, height);
        await tab.GoAsync($"http://127.0.0.1:{daemon.File.AdminPort}/");
        await tab.UntilAsync("document.querySelector('tr[data-backend]')");
        return tab;
    }

    public async ValueTask DisposeAsync()
    {
        // By its own way out: its other processes write to the profile until they have gone.
        if (Address() is { } address && !_child.HasExited)
        {
            await using DevTools whole = await DevTools.ConnectAsync(address);
            _ = whole.AskAsync("Browser.close"); // It may have gone before it answers.
            await _child.Ended.Within();
        }

        await _child.DisposeAsync();
        _profile.Dispose();
    }

    private Uri? Address() =>
        _child.Errors.FirstOrDefault(static line => line.StartsWith(Listening, StringComparison.Ordinal)) is { } line
            ? new Uri(line[Listening.Length..])
            : null;
}
