using L4Balancer.Backends;
using L4Balancer.Shards;
using L4Balancer.Tcp;
using L4Balancer.Telemetry;
using L4Balancer.Udp;

namespace L4Balancer;

/// <summary>
/// Looks at the sessions that are open now, for who lists or ends some. Each shard looks at its own, a few at a time
/// between the events of the others, so that nobody's flow waits for it. Control plane, any thread.
/// </summary>
internal sealed class LiveFlows(IReadOnlyList<Shard> shards)
{
    /// <summary>Places looked at in one turn of a shard's loop: some tens of microseconds.</summary>
    private const int PlacesPerTurn = 256;

    /// <summary>Of the flows that match, at most so many: the youngest, youngest first.</summary>
    public async Task<FlowListing> ListAsync(FlowFilter filter, int most, CancellationToken cancellationToken)
    {
        Youngest[] found = [.. shards.Select(_ => new Youngest(most))];
        Task all = VisitAsync(filter, (shard, flow) => found[shard.Index].Add(flow.Status()));
        await all.WaitAsync(cancellationToken);
        IEnumerable<FlowStatus> youngest = found.SelectMany(static one => one.Flows).OrderBy(static flow => flow.Age);
        return new FlowListing(found.Sum(static one => one.Total), [.. youngest.Take(most)]);
    }

    /// <summary>The age of each backend's oldest flow, of those that have any.</summary>
    public async Task<IReadOnlyDictionary<Backend, TimeSpan>> OldestAsync()
    {
        Dictionary<Backend, TimeSpan>[] found = [.. shards.Select(static _ => new Dictionary<Backend, TimeSpan>())];
        await VisitAllAsync((shard, flow) =>
        {
            if (flow.Backend is not { } backend) return;

            Dictionary<Backend, TimeSpan> oldest = found[shard.Index];
            if (flow.Age >= oldest.GetValueOrDefault(backend)) oldest[backend] = flow.Age;
        });
        return found.SelectMany(static one => one)
            .GroupBy(static one => one.Key)
            .ToDictionary(static group => group.Key, static group => group.Max(static one => one.Value));
    }

    /// <summary>Ends the flows that match.</summary>
    /// <returns>How many it were.</returns>
    public async Task<int> CloseAsync(FlowFilter filter, CloseReason reason)
    {
        int[] closed = new int[shards.Count];
        await VisitAsync(filter, (shard, flow) =>
        {
            flow.Close(reason);
            closed[shard.Index]++;
        });
        return closed.Sum();
    }

    /// <summary>Ends the flows of a backend.</summary>
    public Task CloseAsync(Backend backend, CloseReason reason) => VisitAllAsync((_, flow) =>
    {
        if (flow.Backend == backend) flow.Close(reason);
    });

    /// <summary>A backend went down, and its flows are not to stay there.</summary>
    public Task LeaveAsync(Backend backend) => VisitAllAsync((_, flow) =>
    {
        if (flow.Backend == backend) flow.OnBackendDown();
    });

    private Task VisitAsync(FlowFilter filter, Action<Shard, ILiveFlow> look)
    {
        if (filter.Id is not { } id) return VisitAllAsync(LookIfMeant);

        return id.Shard < shards.Count
            ? RunAsync(shards[id.Shard], shard =>
            {
                if (FlowOf(shard.Find(id.Registration)) is { } flow) LookIfMeant(shard, flow);
            })
            : Task.CompletedTask;

        void LookIfMeant(Shard shard, ILiveFlow flow)
        {
            if (filter.Matches(flow.Status())) look(shard, flow);
        }
    }

    private Task VisitAllAsync(Action<Shard, ILiveFlow> look) =>
        Task.WhenAll(shards.Select(shard => VisitAsync(shard, flow => look(shard, flow))));

    /// <summary>Shows every session of a shard that stays open meanwhile, once.</summary>
    public static Task VisitAsync(Shard shard, Action<ILiveFlow> look)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int from = 0;
        if (!shard.IsRunning) return Task.CompletedTask;

        shard.Post(LookOn);
        return done.Task;

        void LookOn()
        {
            int? next = shard.Visit(from, PlacesPerTurn, descriptor =>
            {
                if (FlowOf(descriptor) is { } flow) look(flow);
            });
            if (next is not { } place)
            {
                done.SetResult();
                return;
            }

            from = place;
            shard.DeferToNextTurn(new Continuation(LookOn));
        }
    }

    private static Task RunAsync(Shard shard, Action<Shard> work) =>
        shard.IsRunning ? shard.RunAsync(() => work(shard)) : Task.CompletedTask;

    /// <summary>The session that a descriptor stands for; of a TCP session's two the client's.</summary>
    private static ILiveFlow? FlowOf(ShardDescriptor? descriptor) => descriptor switch
    {
        UdpSession session => session,
        { Owner: TcpSession session } when session.IsClient(descriptor) => session,
        _ => null,
    };

    /// <summary>Counts flows and keeps the youngest. One shard's thread.</summary>
    private sealed class Youngest(int most)
    {
        private readonly PriorityQueue<FlowStatus, long> _flows = new(); // The oldest first.

        public int Total { get; private set; }

        public IEnumerable<FlowStatus> Flows => _flows.UnorderedItems.Select(static one => one.Element);

        public void Add(FlowStatus flow)
        {
            Total++;
            _flows.Enqueue(flow, -flow.Age.Ticks);
            if (_flows.Count > most) _flows.Dequeue();
        }
    }
}
