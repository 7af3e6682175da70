using L4Balancer.Backends;
using L4Balancer.Telemetry;

namespace L4Balancer.Tcp;

/// <content>How it waits for a place at a backend, and leaves one that is down.</content>
internal sealed partial class TcpSession
{
    /// <summary>The backend that is being connected went down, and its connections are not to stay.</summary>
    public bool MayNotStay => _mayNotStay;

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
}
