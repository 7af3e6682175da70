using System.Net;
using L4Balancer.Config;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Discovery;

/// <summary>Looks up one name again and again, and says which servers it stands for.</summary>
internal sealed class NameWatch : IAsyncDisposable
{
    private const int LongestBackoff = 5; // Doublings of the first pause after a failure.
    private const int MostListed = 8; // Addresses in a line of the log.
    private const double Spread = 0.1; // Part of an interval that is random, so that names are not asked for at once.

    private static readonly TimeSpan LookUpTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly NameKey _key;
    private readonly Surroundings _surroundings;
    private readonly ILookUp _lookUp;
    private readonly HeldServers _held;
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _running;
    private volatile IReadOnlyList<FoundServer> _servers = [];
    private volatile SourceState _state = SourceState.None;

    /// <summary>Begins to look.</summary>
    /// <param name="key">What to look up, and how.</param>
    /// <param name="surroundings">What all have in common.</param>
    /// <param name="former">What the name stood for as it was looked up before; it counts as the last answer.</param>
    public NameWatch(NameKey key, Surroundings surroundings, IReadOnlyList<FoundServer> former)
    {
        _key = key;
        _surroundings = surroundings;
        _lookUp = key.MakeLookUp(surroundings.Time);
        _held = new HeldServers(key.Hold);
        _held.Begin(former, surroundings.Time.GetElapsedTime(0));
        _servers = former;
        _running = Task.Run(RunLoopAsync);
    }

    /// <summary>The servers that count now.</summary>
    public IReadOnlyList<FoundServer> Servers => _servers;

    /// <summary>How its look-ups go.</summary>
    public SourceState State => _state;

    /// <summary>Completes when the first look-up has ended, well or badly.</summary>
    public Task First => _first.Task;

    /// <summary>Looks no more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();
    }

    private async Task RunLoopAsync()
    {
        try
        {
            for (int failures = 0; ;)
            {
                LookUpAnswer answer = await LookAsync();
                Observe(answer);
                _first.TrySetResult();
                bool isDone = _key.Interval == TimeSpan.Zero && answer.Servers.Count > 0;
                if (isDone) return;

                bool isGood = answer.FailedParts.Count == 0 && _servers.Count > 0;
                failures = isGood ? 0 : failures + 1;
                await Task.Delay(Pause(failures), _surroundings.Time, _ending.Token);
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            return; // Nobody wants to know any more.
        }
        finally
        {
            _first.TrySetResult();
        }
    }

    /// <summary>From one look-up to the next; soon after one that failed, and then ever later.</summary>
    private TimeSpan Pause(int failures)
    {
        TimeSpan regular = _key.Interval > TimeSpan.Zero ? _key.Interval : LongestPause;
        TimeSpan soon = FirstPause * (1 << Math.Clamp(failures - 1, 0, LongestBackoff));
        return failures > 0 && soon < regular ? soon : regular * (1 - (Spread * Random.Shared.NextDouble()));
    }

    private async Task<LookUpAnswer> LookAsync()
    {
        await _surroundings.LookUps.WaitAsync(_ending.Token);
        try
        {
            using CancellationTokenSource patience = new(LookUpTime, _surroundings.Time);
            using CancellationTokenSource either =
                CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _ending.Token);
            return await _lookUp.LookAsync(either.Token);
        }
        catch (OperationCanceledException) when (!_ending.IsCancellationRequested)
        {
            return LookUpAnswer.Failed("no answer");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _surroundings.Logger.LookUpBroke(failure, _key.ToString()); // A defect; it is tried again.
            return LookUpAnswer.Failed(failure.Message);
        }
        finally
        {
            _surroundings.LookUps.Release();
        }
    }

    private void Observe(LookUpAnswer answer)
    {
        bool isWhole = answer.FailedParts.Count == 0;
        _surroundings.Counts.Add(isWhole, answer.IsEmpty);
        SourceState before = _state;
        string error = isWhole ? answer.IsEmpty ? "there is no such name, or it has no address" : "" : answer.Error;
        _state = error.Length > 0
            ? before with { Error = error }
            : new SourceState(_surroundings.Time.GetUtcNow(), null);

        bool wasCut = _held.IsCut;
        _held.Observe(answer, _surroundings.Time.GetElapsedTime(0));
        IReadOnlyList<FoundServer> former = _servers;
        _servers = _held.Servers;
        Tell(before.Error, error, former);
        if (_held.IsCut && !wasCut) _surroundings.Logger.NameCut(_key.ToString(), HeldServers.MostServers);
        if (!former.SequenceEqual(_servers)) _surroundings.Tell();
    }

    private void Tell(string? errorBefore, string error, IReadOnlyList<FoundServer> former)
    {
        ILogger logger = _surroundings.Logger;
        string name = _key.ToString();
        string[] before = [.. former.Select(Shown)];
        string[] now = [.. _servers.Select(Shown)];
        string changes = Changes(before, now);
        if (error.Length > 0 && error != errorBefore)
        {
            string kept = now.Length == 0 ? "it is tried again"
                : $"its last addresses are kept for at most {DurationSyntax.Format(_key.Hold)}";
            logger.NameUnresolved(name, error, kept);
        }

        if (changes.Length > 0) logger.NameChanged(name, now.Length, changes);
        else if (error.Length == 0 && errorBefore is not null) logger.NameResolvesAgain(name, now.Length);
    }

    private static string Shown(FoundServer server) =>
        server.Port == 0 ? server.Address.ToString() : new IPEndPoint(server.Address, server.Port).ToString();

    /// <summary><c>added 10.0.0.3; removed 10.0.0.9</c>; what counts otherwise now is a change too.</summary>
    private static string Changes(string[] before, string[] now)
    {
        (string[] added, string[] removed) = ([.. now.Except(before)], [.. before.Except(now)]);
        return string.Join("; ", Part("added", added).Concat(Part("removed", removed)));
    }

    private static string[] Part(string what, string[] servers) => servers.Length == 0
        ? []
        : [$"{what} {string.Join(", ", servers.Take(MostListed))}{(servers.Length > MostListed ? ", …" : "")}"];
}
