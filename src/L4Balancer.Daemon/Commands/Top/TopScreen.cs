using System.Runtime.InteropServices;
using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Commands.Display;
using Spectre.Console;

namespace L4Balancer.Daemon.Commands.Top;

/// <summary>
/// The live view on a terminal's second screen. However it ends, but by a signal that cannot be caught, the terminal is
/// as it was before.
/// </summary>
internal sealed class TopScreen(IAnsiConsole console, TopPoll poll, TimeSpan interval, TimeProvider time)
{
    // xterm: second screen; no cursor; no line goes on in the next. And back.
    private const string Enter = "\u001B[?1049h\u001B[?25l\u001B[?7l";
    private const string Leave = "\u001B[?7h\u001B[?25h\u001B[?1049l";

    private static readonly TimeSpan KeyInterval = TimeSpan.FromMilliseconds(40);

    private TopSample? _sample;
    private string? _trouble;
    private bool _isOver;

    /// <summary>Shows the daemon until the operator has seen enough.</summary>
    /// <param name="choice">What is shown at first.</param>
    public async Task RunAsync(TopChoice choice)
    {
        _sample = await poll.NextAsync(choice.Chosen.Page, choice.By); // Fails where the daemon does not answer.
        using CancellationTokenSource end = new();
        using Registrations signals = new(end);
        console.Write(new ControlCode(Enter));
        try
        {
            await ShowAsync(choice, end.Token);
        }
        finally
        {
            console.Write(new ControlCode(Leave));
        }
    }

    private async Task ShowAsync(TopChoice choice, CancellationToken end)
    {
        long asked = time.GetTimestamp();
        while (!_isOver && !end.IsCancellationRequested)
        {
            Draw(choice);
            TopChoice next = await KeyAsync(choice, asked, end);
            bool wantsOthers = next.Chosen.Page != choice.Chosen.Page || next.By != choice.By;
            choice = next;
            bool isTime = !choice.Paused && time.GetElapsedTime(asked) >= interval;
            if (_isOver || end.IsCancellationRequested || !(wantsOthers || isTime)) continue;

            asked = time.GetTimestamp();
            await AskAsync(choice);
        }
    }

    /// <summary>A daemon that does not answer may be between two lives: what it said last stays.</summary>
    private async Task AskAsync(TopChoice choice)
    {
        try
        {
            _sample = await poll.NextAsync(choice.Chosen.Page, choice.By);
            _trouble = null;
        }
        catch (CommandFailure failure)
        {
            _trouble = failure.Message;
        }
    }

    private void Draw(TopChoice choice) => console.Write(new StyledLines(
        TopFrame.Screen(_sample!, choice, _trouble, console.Profile.Width, console.Profile.Height), isScreen: true));

    /// <summary>Waits for a key or for the time to ask anew, or until the terminal has changed its size.</summary>
    private async Task<TopChoice> KeyAsync(TopChoice choice, long asked, CancellationToken end)
    {
        (int width, int height) = (console.Profile.Width, console.Profile.Height);
        while (!end.IsCancellationRequested)
        {
            bool hasKey = !Console.IsInputRedirected && Console.KeyAvailable;
            if (hasKey) return Press(Console.ReadKey(intercept: true), choice);
            if (!choice.Paused && time.GetElapsedTime(asked) >= interval) return choice;
            if (console.Profile.Width != width || console.Profile.Height != height) return choice;

            Task pause = Task.Delay(KeyInterval, time, end);
            await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return choice;
    }

    private TopChoice Press(ConsoleKeyInfo key, TopChoice choice)
    {
        int view = key.KeyChar - '1';
        if (view >= 0 && view < TopView.All.Length) return new TopChoice(view) { Paused = choice.Paused };

        int page = Math.Max(1, console.Profile.Height / 2);
        switch (key.Key)
        {
            case ConsoleKey.Q or ConsoleKey.Escape:
                _isOver = true;
                return choice;
            case ConsoleKey.Tab:
                return new TopChoice((choice.View + 1) % TopView.All.Length) { Paused = choice.Paused };
            case ConsoleKey.LeftArrow:
                return choice.SortBeside(-1);
            case ConsoleKey.RightArrow:
                return choice.SortBeside(1);
            case ConsoleKey.UpArrow:
                return choice.ScrollBy(-1);
            case ConsoleKey.DownArrow:
                return choice.ScrollBy(1);
            case ConsoleKey.PageUp:
                return choice.ScrollBy(-page);
            case ConsoleKey.PageDown:
                return choice.ScrollBy(page);
            case ConsoleKey.R:
                return choice with { Reversed = !choice.Reversed };
            case ConsoleKey.Spacebar:
                return choice with { Paused = !choice.Paused };
            default:
                return choice;
        }
    }

    /// <summary>Signals that end the view in order instead of the process at once.</summary>
    private sealed class Registrations : IDisposable
    {
        private readonly PosixSignalRegistration[] _all;

        public Registrations(CancellationTokenSource end) => _all =
        [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
                .Select(signal => PosixSignalRegistration.Create(signal, got =>
                {
                    got.Cancel = true;
                    end.Cancel();
                })),

            // A stop would leave the shell on the second screen.
            PosixSignalRegistration.Create(PosixSignal.SIGTSTP, static got => got.Cancel = true),
        ];

        public void Dispose()
        {
            foreach (PosixSignalRegistration one in _all) one.Dispose();
        }
    }
}
