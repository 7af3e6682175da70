using L4Balancer.Net;
using L4Balancer.Shards;

namespace L4Balancer;

/// <content>How it takes over listening sockets, and leaves them to the next process.</content>
public sealed partial class Balancer
{
    /// <summary>Time for answers to the last datagrams, which their servers have had.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(200);

    private bool _servesDatagrams; // Although it is being drained.

    /// <summary>Listening sockets are open. They stay so at least until the call has returned.</summary>
    internal event Action<IReadOnlyList<ListeningDescriptor>>? ListenersOpened
    {
        add => _parts.ListenersOpened += value;
        remove => _parts.ListenersOpened -= value;
    }

    /// <summary>Listening sockets are about to be closed: what connects to them from now on may be refused.</summary>
    internal event Action<IReadOnlyList<ListeningDescriptor>>? ListenersClosing
    {
        add => _parts.ListenersClosing += value;
        remove => _parts.ListenersClosing -= value;
    }

    /// <summary>The sockets by which new flows are taken.</summary>
    internal IReadOnlyList<ListeningDescriptor> ListeningDescriptors => [.. _parts.ListeningDescriptors];

    /// <summary>Sessions that a drain waits for.</summary>
    private int WaitedFor => _servesDatagrams ? _parts.TcpLimit.Open : _parts.Limit.Open;

    /// <summary>As the other, with sockets that this process was given.</summary>
    /// <param name="inherited">
    /// Listening sockets, used where they fit what is configured. What fits nothing is closed.
    /// </param>
    /// <param name="beforeAccepting">Runs when it could accept, and before it does.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    internal async Task StartAsync(
        InheritedSockets inherited, Func<Task>? beforeAccepting, CancellationToken cancellationToken)
    {
        _parts.Inherited = inherited;
        foreach (Shard shard in _parts.Shards) shard.Start();
        await ChangeAsync(
            async () =>
            {
                await ConfigChange.ApplyAsync(_parts, _first, cancellationToken, beforeAccepting);
                _ready = true;
            },
            cancellationToken);
        _discovery.Start();
    }

    /// <summary>
    /// Takes no new flows, and leaves what waits to whoever else holds the listening sockets. The process is not ready
    /// any more.
    /// </summary>
    /// <param name="datagramsToo">
    /// Somebody takes datagrams from now on. Otherwise UDP is served on to the end of the drain, which does not wait
    /// for it: a flow of datagrams never ends by itself, and the next process goes on with it.
    /// </param>
    internal Task ReleaseListenersAsync(bool datagramsToo) => ChangeAsync(
        async () =>
        {
            _ready = false;
            _stopped = true;
            foreach (ListenerGroup group in _parts.AllServices.SelectMany(static service => service.Groups))
            {
                if (group.Protocol == FlowProtocol.Tcp || datagramsToo) group.PostRelease();
            }

            _servesDatagrams |= !datagramsToo;
            await _parts.AnswerAsync();
        },
        CancellationToken.None);

    /// <summary>
    /// Closes the listeners once they have taken what had come; flows go on. The process is not ready any more.
    /// </summary>
    public async Task StopAcceptingAsync()
    {
        Task stopping = _discovery.StopAsync(); // Where it is changing something it gives up, and does not delay this.
        await ChangeAsync(StopAcceptingOnceAsync, CancellationToken.None);
        await stopping;
    }

    private async Task StopAcceptingOnceAsync()
    {
        _ready = false;
        _stopped = true;
        if (!_servesDatagrams) _parts.TellClosing(_parts.ListeningDescriptors);
        foreach (ServiceRuntime service in _parts.Services)
        {
            if (!_servesDatagrams || service.Config.Protocol == FlowProtocol.Tcp) service.PostStop();
        }

        await _parts.AnswerAsync(); // The listeners have taken what had come.
    }

    /// <summary>Takes no more datagrams either, and lets what is under way come back.</summary>
    private async Task LeaveDatagramsAsync(CancellationToken endNow)
    {
        await ReleaseListenersAsync(datagramsToo: true);
        bool mayBeAnswered = _parts.Limit.Open > _parts.TcpLimit.Open;
        if (!mayBeAnswered) return;

        Task time = Task.Delay(AnswerTime, _time, endNow);
        await time.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
