using System.Diagnostics;
using NUnit.Framework;

namespace L4Balancer.Tests.Processes;

/// <summary>A terminal with a shell in it, by a tmux server of its own.</summary>
internal sealed class TerminalWindow : IAsyncDisposable
{
    private const int Height = 24;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TempFolder _folder;

    private TerminalWindow(TempFolder folder) => _folder = folder;

    /// <summary>Opens a window, prints a line, and enters a command of the daemon's program.</summary>
    public static async Task<TerminalWindow> OpenAsync(int width, string before, string command)
    {
        TerminalWindow window = new(new TempFolder());
        (string name, string value) = DaemonProgram.Runtime;
        await window.TmuxAsync(
            "-f", "/dev/null", "-u", "new-session", "-d", "-x", $"{width}", "-y", $"{Height}",
            "-e", $"{name}={value}", "-e", "PS1=$ ", "-e", "LC_ALL=C.UTF-8",
            RealProgram.Find("bash"), "--norc", "--noprofile");
        await window.PressAsync($"clear; echo {before}; {DaemonProgram.FullPath} {command}", "Enter");
        return window;
    }

    /// <summary>Presses keys: names of tmux, or texts.</summary>
    public Task PressAsync(params string[] keys) => TmuxAsync(["send-keys", .. keys]);

    /// <summary>What is on the screen.</summary>
    public Task<string> ScreenAsync() => TmuxAsync("capture-pane", "-p");

    /// <summary>The cursor can be seen.</summary>
    public async Task<bool> HasCursorAsync() => await TmuxAsync("display-message", "-p", "#{cursor_flag}") == "1";

    /// <summary>Waits until the screen has all of this.</summary>
    public async Task ShowsAsync(params string[] texts)
    {
        long started = Stopwatch.GetTimestamp();
        string screen = await ScreenAsync();
        while (!texts.All(text => screen.Contains(text, StringComparison.Ordinal)))
        {
            bool isOver = Stopwatch.GetElapsedTime(started) > Patience;
            if (isOver) Assert.Fail($"the screen has not shown {string.Join(", ", texts)}, but:\n{screen}");
            await Task.Delay(20);
            screen = await ScreenAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await TmuxAsync("kill-server");
        _folder.Dispose();
    }

    private Task<string> TmuxAsync(params string[] arguments) =>
        ChildProcess.RunAsync(RealProgram.Find("tmux"), ["-S", _folder["tmux"], .. arguments]);
}
