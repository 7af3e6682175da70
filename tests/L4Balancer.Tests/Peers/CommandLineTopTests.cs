using System.Net.Sockets;
using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// <c>top</c> on a real terminal: keys change what it shows, and however it ends the terminal is as before.
/// </summary>
public sealed class CommandLineTopTests
{
    private const string Prompt = "prompt";

    private TestServer _server = null!;
    private DaemonProcess _daemon = null!;
    private TerminalWindow _window = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = TestServer.Echo();
        _daemon = await DaemonProcess.StartAsync(new DaemonFile(_server.EndPoint));
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        _server?.Dispose();
    }

    [TearDown]
    public async Task CloseAsync()
    {
        if (_window is not null) await _window.DisposeAsync();
    }

    [TestCase(60)]
    [TestCase(80)]
    [TestCase(200)]
    public async Task Top_AnyView_ShowsTheDaemonAndTheKeys(int width)
    {
        using Socket client = await _daemon.OpenAsync();
        await OpenTopAsync(width);

        await _window.ShowsAsync("SERVICE", "test ", "serving", "q quit");
        await _window.PressAsync("2");
        await _window.ShowsAsync("BACKEND", $"test/{_server.EndPoint}", "up ");
        await _window.PressAsync("3");
        await _window.ShowsAsync("CLIENT", "BYTES/S▼", "127.0.0.1");
        await _window.PressAsync("4");
        await _window.ShowsAsync("NETWORK", "127.0.0.0/24");
        await _window.PressAsync("5");
        await _window.ShowsAsync("CLIENT", "AGE▼", client.LocalEndPoint!.ToString()!);
    }

    [Test]
    public async Task Top_SortKeys_MoveAndTurnTheArrow()
    {
        await OpenTopAsync(200);
        await _window.ShowsAsync("NEW/S▼");

        await _window.PressAsync("Right");
        await _window.ShowsAsync("TOTAL▼");
        await _window.PressAsync("r");
        await _window.ShowsAsync("TOTAL▲");
        await _window.PressAsync("Space");
        await _window.ShowsAsync("paused");
    }

    [TestCase("q")]
    [TestCase("C-c")]
    public async Task Top_Ended_LeavesTheTerminalAsItWas(string key)
    {
        await OpenTopAsync(80);
        await _window.ShowsAsync("SERVICE");
        await _window.PressAsync(key);
        await _window.ShowsAsync("$");

        await _window.PressAsync("stty -a; echo back-$?", "Enter");

        await _window.ShowsAsync("back-0", "isig icanon iexten echo ");
        Assert.That(await _window.ScreenAsync(), Does.Contain(Prompt).And.Not.Contain("SERVICE"));
        Assert.That(await _window.HasCursorAsync(), Is.True);
    }

    [Test]
    public async Task Top_DaemonGone_SaysSoAndShowsWhatItSaidLast()
    {
        await using DaemonProcess daemon = await DaemonProcess.StartAsync(new DaemonFile(_server.EndPoint));
        _window = await TerminalWindow.OpenAsync(120, Prompt, $"top --socket {daemon.ControlPath}");
        await _window.ShowsAsync("SERVICE");

        await daemon.TerminateAsync();

        await _window.ShowsAsync($"no answer from {daemon.ControlPath}", "SERVICE", "q quit");
    }

    [Test]
    public async Task Status_OnATerminal_IsNeverWiderThanIt()
    {
        _window = await TerminalWindow.OpenAsync(60, Prompt, $"status --socket {_daemon.ControlPath}");

        await _window.ShowsAsync("BACKEND", $"test/{_server.EndPoint}", "$");
    }

    private async Task OpenTopAsync(int width) =>
        _window = await TerminalWindow.OpenAsync(width, Prompt, $"top --socket {_daemon.ControlPath}");
}
