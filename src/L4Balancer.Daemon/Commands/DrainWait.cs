using System.Text.Json;
using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Commands.Display;

namespace L4Balancer.Daemon.Commands;

/// <summary>Waits until no flow remains, and tells how many do meanwhile.</summary>
/// <param name="call">The command; with <c>--json</c> progress goes to standard error.</param>
/// <param name="patience">Longest wait.</param>
internal sealed class DrainWait(AdminCall call, TimeSpan patience)
{
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private long? _told;
    private string _last = "";

    private bool IsOver => _time.GetElapsedTime(_started) >= patience;

    /// <summary>Waits for a backend that drains. Prints it as JSON at the end where that is wanted.</summary>
    /// <param name="name">Its pool and name.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> ForBackendAsync(string name)
    {
        while (true)
        {
            AdminAnswer answer = (await call.Client.GetAsync("backends")).OrRefused();
            BackendJson[] backends = answer.Read(AnswersJson.Default.BackendJsonArray);
            int place = Array.FindIndex(backends, one => Told.FullName(one) == name);
            if (place < 0)
            {
                Tell($"{name}: removed, and no flow remains", isLast: true);
                return ExitCodes.Ok;
            }

            BackendJson backend = backends[place];
            if (backend.Drain is not { } drain)
            {
                throw new CommandFailure(ExitCodes.Invalid, $"{name} does not drain any more: it is {backend.State}");
            }

            bool isDrained = drain.Remaining == 0;
            Tell($"{name}: {BackendTable.Progress(drain, _time.GetUtcNow())}", isDrained || IsOver);
            if (isDrained || IsOver)
            {
                if (call.AsJson) Print(answer, place);
                return isDrained ? ExitCodes.Ok : ExitCodes.Invalid;
            }

            await Task.Delay(AskInterval, _time);
        }
    }

    /// <summary>Waits for the daemon as a whole; one that was stopped meanwhile is drained too.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ForDaemonAsync()
    {
        while (true)
        {
            StatusJson status;
            try
            {
                status = await call.Client.GetAsync(StatusCommand.Page, AnswersJson.Default.StatusJson);
            }
            catch (CommandFailure failure) when (failure.IsGone)
            {
                Tell("the daemon has ended", isLast: true);
                return ExitCodes.Ok;
            }

            long open = status.Connections.Open;
            bool isDrained = open == 0 && status.Phase == "draining";
            Tell($"{status.Phase}: {BackendTable.Remaining(open)}", isDrained || IsOver);
            if (isDrained || IsOver) return isDrained ? ExitCodes.Ok : ExitCodes.Invalid;
            await Task.Delay(AskInterval, _time);
        }
    }

    private static void Print(AdminAnswer answer, int place)
    {
        using JsonDocument document = JsonDocument.Parse(answer.Body);
        Console.Out.WriteLine(document.RootElement[place].GetRawText());
    }

    /// <summary>Tells what is new, not more often than is good to read.</summary>
    private void Tell(string progress, bool isLast)
    {
        bool isSoon = _told is { } told && _time.GetElapsedTime(told) < TellInterval;
        if (progress == _last || (isSoon && !isLast)) return;

        (_last, _told) = (progress, _time.GetTimestamp());
        if (call.AsJson) Console.Error.WriteLine(progress);
        else Terminal.Output.WriteSentence(progress);
    }
}
