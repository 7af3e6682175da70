using L4Balancer.Backends;
using L4Balancer.Shards;
using L4Balancer.Telemetry;

namespace L4Balancer.Tcp;

/// <content>How it comes to a backend: by waiting for a place, by connects, and away from one that is down.</content>
internal sealed partial class TcpSession
{
    /// <summary>The backend that is being connected went down, and its connections are not to stay.</summary>
    public bool MayNotStay => _mayNotStay;

    /// <summary>A connect to a backend begins, whose place was taken for it: the clock runs.</summary>
    public void BeginAttempt(Backend backend)
    {
        if (_attempts++ > 0) _home.Counters.Retries++;
        _backend = backend;
        _lastActivity = Shard.Now;
        _countsAtBackend = true;
        _mayNotStay = false;
        Shard.Timers.Arm(this, Shard.Now + _service.Timeouts.Connect);
    }

    /// <summary>Binds the socket of the attempt to the session, so that a close or a timeout ends it.</summary>
    public void SetServer(ShardSocket server) => _server = server;

    /// <summary>The attempt failed.</summary>
    public void EndAttempt()
    {
        _server?.Close(reset: true);
        _server = null;
        LeaveBackend();
    }

    /// <summary>Waits in its pool's queue.</summary>
    /// <param name="failed">Backends that have failed it.</param>
    public ValueTask<QueueTurn> WaitForPlace(IReadOnlyList<Backend>? failed) =>
        (_stay ??= new QueueStay(this, _client)).WaitAsync([.. failed ?? []]);

    /// <summary>
    /// Goes over to the pool that its service has now, where that is another one and nobody can take it in its own.
    /// </summary>
    public bool TryMoveToPresentPool()
    {
        if (_home.Service.Pool == _service.Pool) return false;

        _service = _home.Service;
        return true;
    }

    /// <inheritdoc/>
    public void OnBackendDown()
    {
        if (IsRelaying)
        {
            Close(CloseReason.BackendDown);
            return;
        }

        _mayNotStay = true;
        _server?.Close(reset: true); // The dialler wakes, and tries another.
    }

    /// <summary>The backend stays known, for the record.</summary>
    private void LeaveBackend()
    {
        if (_countsAtBackend) _backend!.EndSession();
        _countsAtBackend = false;
    }
}
