using L4Balancer.Config;
using L4Balancer.Pools;

namespace L4Balancer.Health;

/// <summary>What one backend is judged by, and the waits between one judgement and the next. Any thread.</summary>
internal sealed class CheckInForce(Pool pool, TimeProvider time)
{
    private volatile HealthConfig? _ahead; // What it is judged by before its configuration is in force.
    private TaskCompletionSource _reconsidered = new(); // Set to end the wait between two probes.

    /// <summary>The configuration.</summary>
    public HealthConfig Config => _ahead ?? pool.Config.Health;

    /// <summary>Completes when it is to be judged at once; read it before judging, so that nothing is missed.</summary>
    public Task Reconsidered => Volatile.Read(ref _reconsidered).Task;

    /// <summary>Has it judged by another configuration than the pool's; null returns to that.</summary>
    public void JudgeBy(HealthConfig? ahead) => _ahead = ahead;

    /// <summary>The configuration has changed: it is judged by that at once.</summary>
    public void Reconsider() => Interlocked.Exchange(ref _reconsidered, new TaskCompletionSource()).SetResult();

    /// <summary>What is left of an interval, more or less, that began at a timestamp.</summary>
    public TimeSpan LeftOf(TimeSpan interval, long started)
    {
        double jitter = Config.Jitter * ((Random.Shared.NextDouble() * 2) - 1);
        TimeSpan left = FrameworkTimer.AtMost(interval * (1 + jitter)) - time.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Waits until it is reconsidered, at most so long.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task WaitAsync(TimeSpan most, Task reconsidered, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(most, time, over.Token), reconsidered);
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
