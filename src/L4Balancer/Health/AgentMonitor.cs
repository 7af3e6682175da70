using L4Balancer.Backends;
using L4Balancer.Config;
using L4Balancer.Net;
using L4Balancer.Pools;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Health;

/// <summary>
/// Asks the agent on one server, and has the pool publish what it wants. An agent that cannot be asked is no fault of
/// the server: what it said last stands.
/// </summary>
internal sealed class AgentMonitor
{
    private const int LongestText = 200;
    private const int LongestWord = 32;
    private const int MostUnknown = 16;

    private readonly Pool _pool;
    private readonly Backend _backend;
    private readonly CheckInForce _check;
    private readonly ProbeRunner _probes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _firstWord = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _toldUnknown = [];
    private long _lastRun;

    public AgentMonitor(
        Pool pool, Backend backend, CheckInForce check, ProbeRunner probes, TimeProvider time, ILogger logger)
    {
        _pool = pool;
        _backend = backend;
        _check = check;
        _probes = probes;
        _time = time;
        _logger = logger;
    }

    /// <summary>Completes when the agent has been asked once, or there is none to ask.</summary>
    public Task FirstWord => _firstWord.Task;

    private TimeSpan Interval =>
        _check.Config is { AgentInterval.Ticks: > 0 } own ? own.AgentInterval : _check.Config.Interval;

    /// <summary>Asks until cancelled. The backend has its address before, if it has one.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task RunLoopAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task reconsidered = _check.Reconsidered;
            long started = _time.GetTimestamp();
            if (_check.Config.AgentPort == 0) Hear(AgentReport.None);
            else if (_backend.Endpoint is { } endpoint) started = await AskAsync(endpoint, started, cancellationToken);

            _firstWord.TrySetResult();
            TimeSpan wait = _check.Config.AgentPort == 0
                ? Timeout.InfiniteTimeSpan : _check.LeftOf(Interval, started);
            await _check.WaitAsync(wait, reconsidered, cancellationToken);
        }
    }

    /// <summary>Asks once. What goes wrong in it must not end the watch.</summary>
    /// <returns>When it was asked.</returns>
    private async Task<long> AskAsync(IpEndpoint endpoint, long started, CancellationToken cancellationToken)
    {
        HealthConfig check = _check.Config;
        ProbeTarget target = new(
            (endpoint with { Port = check.AgentPort }).ToIPEndPoint(), _backend.HostName, _backend.Name, check,
            FrameworkTimer.AtMost(check.Timeout)) { AsksAgent = true };
        try
        {
            ProbeRequest request = new(target, Interval, _lastRun, IsAwaited: !_firstWord.Task.IsCompleted);
            ProbeRun run = await _probes.RunAsync(request, cancellationToken);
            _lastRun = run.Number;
            if (run.Result.IsGood) Hear(run.Result.Text, run.EndedOn);
            else Miss(run.Result.Text);
            return run.StartedAt;
        }
        catch (Exception exception) when (
            exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _logger.JudgingFailed(exception, _pool.Name, _backend.Name);
            return started;
        }
    }

    private void Hear(string line, DateTimeOffset at)
    {
        if (_backend.Agent.Failure.Length > 0)
        {
            _backend.SetAgent(_backend.Agent with { Failure = "" });
            _logger.AgentAnswersAgain(_pool.Name, _backend.Name);
        }

        if (string.IsNullOrWhiteSpace(line)) return;

        AgentReport said = AgentWords.Read(line, _backend.Agent, out IReadOnlyList<string> unknown);
        foreach (string word in unknown.Select(static word => AgentWords.Shown(word, LongestWord)))
        {
            if (_toldUnknown.Count < MostUnknown && _toldUnknown.Add(word))
            {
                _logger.AgentWordUnknown(_pool.Name, _backend.Name, word);
            }
        }

        Hear(said with { Text = AgentWords.Shown(line.Trim(), LongestText), At = at });
    }

    /// <summary>It could not be asked, which is told once, and shown until it can.</summary>
    private void Miss(string failure)
    {
        if (_backend.Agent.Failure.Length == 0) _logger.AgentFails(_pool.Name, _backend.Name, failure);
        _backend.SetAgent(_backend.Agent with { Failure = failure });
    }

    private void Hear(AgentReport said)
    {
        if (said.MeansTheSame(_backend.Agent))
        {
            _backend.SetAgent(said); // Nothing follows from it, and this is the only one who writes it.
            return;
        }

        _pool.Change(() =>
        {
            _backend.SetAgent(said);
            int left = _pool.AvailableNow;
            string text = said.Text.Length == 0 ? "nothing any more" : said.Text;
            _logger.BackendAgent(_pool.Name, _backend.Name, text, left, _pool.Backends.Count);
            return true;
        });
    }
}
