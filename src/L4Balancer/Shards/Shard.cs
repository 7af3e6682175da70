using System.Collections.Concurrent;
using L4Balancer.Interop;

namespace L4Balancer.Shards;

/// <summary>
/// One thread of the data path with all that its flows share: an epoll instance, timers, the receive buffer, pipes. A
/// flow lives on one shard, and whatever belongs to a shard is touched by its thread alone; others <see cref="Post"/>.
/// </summary>
internal sealed class Shard : IDisposable
{
    private const ulong WakeRegistration = ulong.MaxValue;
    private const int KeptHeldBytes = 64;

    private readonly Thread _thread;
    private readonly EventFd _wake = new();
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly Queue<Continuation> _deferred = new();
    private readonly Queue<Continuation> _yielded = new();
    private readonly SlotTable _slots = new();
    private readonly IdlePolling _polling = new();
    private int _wakePending;
    private bool _ending;
    private volatile bool _ended;

    /// <summary>Opens the epoll instance; <see cref="Start"/> starts the thread.</summary>
    /// <exception cref="IOException">The process is out of descriptors.</exception>
    public Shard(int index, ShardOptions options)
    {
        Index = index;
        Now = ShardClock.Read();
        Timers = new TimerWheel(Now);
        Epoll = new Epoll(options.EventBatch);
        ReceiveBuffer = GC.AllocateUninitializedArray<byte>(options.ReceiveBufferBytes, pinned: true);
        KernelPipes = new KernelPipes(options.MaxKernelPipes, options.KernelPipeBytes);
        _ = Epoll.Register(_wake.Fd, EpollEvents.In | EpollEvents.EdgeTriggered, WakeRegistration);
        _thread = new Thread(RunLoop) { Name = $"shard-{index}", IsBackground = true };
    }

    /// <summary>Counts from 0.</summary>
    public int Index { get; }

    /// <summary>The time of the present turn of the loop, in <see cref="ShardClock"/> ticks.</summary>
    public long Now { get; private set; }

    /// <summary>Turns of the loop so far.</summary>
    public long Turn { get; private set; }

    public TimerWheel Timers { get; }

    public Epoll Epoll { get; }

    /// <summary>Holds bytes only between a receive and the send that follows it.</summary>
    public byte[] ReceiveBuffer { get; }

    /// <summary>For what a target does not take at once.</summary>
    public FreeList<HeldBytes> HeldBytes { get; } = new(static () => new HeldBytes(), KeptHeldBytes);

    public KernelPipes KernelPipes { get; }

    /// <summary>
    /// Sessions on this shard and on their way to it. Any thread may add; see <c>Tcp/ShardBalance</c>.
    /// </summary>
    public ShardLoad Load { get; } = new();

    /// <summary>How late the loop came to what waited, as a histogram. Written here, read anywhere.</summary>
    public LoopLag Lag { get; } = new();

    /// <summary>The loop has been started and not ended.</summary>
    public bool IsRunning => _thread.IsAlive;

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.UnsafeStart(); // Awaits would carry the starter's execution context.

    /// <summary>
    /// Has the shard's thread run something soon. Any thread; what is posted runs in order. Nothing once it has ended.
    /// </summary>
    public void Post(Action work)
    {
        if (_ended) return;

        _posted.Enqueue(work);
        if (Interlocked.Exchange(ref _wakePending, 1) == 0) _wake.Signal();
    }

    /// <summary>
    /// As <see cref="Post"/>; completes once it has run, and fails as it does. Any other thread.
    /// </summary>
    public Task RunAsync(Action work)
    {
        if (_ended) return Task.FromException(new ObjectDisposedException(_thread.Name));

        TaskCompletionSource ran = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                work();
                ran.SetResult();
            }
            catch (Exception exception)
            {
                ran.SetException(exception);
            }
        });
        return ran.Task;
    }

    /// <summary>Runs something after the events that wait now. The shard's thread alone.</summary>
    public void Defer(Continuation continuation) => _deferred.Enqueue(continuation);

    /// <summary>Runs something after the events of the next turn. The shard's thread alone.</summary>
    public void DeferToNextTurn(Continuation continuation) => _yielded.Enqueue(continuation);

    /// <summary>Goes on after the other flows had their turn: epoll is asked once more before.</summary>
    public YieldAwaiter Yield() => new(this);

    /// <summary>
    /// Ends the loop and waits for the thread. All shards end before any is disposed: they post to each other.
    /// </summary>
    public void End()
    {
        if (_thread.IsAlive)
        {
            Post(() => _ending = true);
            _thread.Join();
        }

        _ended = true;
    }

    /// <summary>Closes what is open. The shard has ended.</summary>
    public void Dispose()
    {
        End();
        _slots.CloseAll();
        Run(_yielded, _yielded.Count); // Who waited on a socket gives back what it holds.
        Run(_deferred, _deferred.Count);
        KernelPipes.CloseFree();
        Epoll.Dispose();
        _wake.Dispose();
    }

    /// <summary>
    /// Shows some of the descriptors that are open here, each of those that stay open once from the first call on. The
    /// shard's thread alone.
    /// </summary>
    /// <param name="from">0, then what the last call returned.</param>
    /// <param name="places">How many places are looked at.</param>
    /// <param name="look">Takes one; may close it.</param>
    /// <returns>Where to go on, or null at the end.</returns>
    public int? Visit(int from, int places, Action<ShardDescriptor> look) => _slots.Visit(from, places, look);

    /// <summary>
    /// The descriptor that a registration stands for; null where it is closed. The shard's thread alone.
    /// </summary>
    public ShardDescriptor? Find(ulong registration) => _slots.Find(registration);

    internal ulong ReserveSlot() => _slots.Reserve();

    internal void FillSlot(ulong registration, ShardDescriptor socket) => _slots.Fill(registration, socket);

    internal void ReleaseSlot(ulong registration) => _slots.Release(registration);

    private void RunLoop()
    {
        try
        {
            while (!_ending) RunTurn();
        }
        catch (Exception exception)
        {
            // A shard that is gone would leave its flows hanging for ever: better a restart by the service manager.
            Environment.FailFast($"shard {Index} ended by a defect", exception);
        }
    }

    private void RunTurn()
    {
        long before = ShardClock.Read();
        Lag.Record(before - Now);
        int yielded = _yielded.Count;
        int timeout = yielded + _deferred.Count > 0 ? 0 : Timers.MillisecondsToNext(before);
        int count = WaitForEvents(before, timeout);
        Turn++;

        bool woken = false;
        for (int i = 0; i < count; i++)
        {
            EpollEvents events = Epoll.Event(i, out ulong registration);
            if (registration == WakeRegistration) woken = true;
            else _slots.Find(registration)?.OnEvents(events);
        }

        if (woken) RunPosted();
        Run(_yielded, yielded);
        Run(_deferred, _deferred.Count); // Only what waits now; what that defers has its turn after the next events.
        Timers.Advance(Now);
    }

    /// <summary>Waits for events and reads the clock.</summary>
    private int WaitForEvents(long before, int timeout)
    {
        if (timeout != 0 && _polling.IsOn && LookForEvents(before) is > 0 and var found) return found;

        int count = Epoll.Wait(timeout);
        Now = ShardClock.Read();
        long slept = Now - before;
        if (slept > IdlePolling.NoSleep) _polling.Slept(slept, count);
        else _polling.Busy(count);
        return count;
    }

    /// <summary>Asks for events for a little while.</summary>
    private int LookForEvents(long before)
    {
        const int LooksPerReading = 4; // A reading of the clock costs a tenth of a look.
        do
        {
            for (int look = 0; look < LooksPerReading; look++)
            {
                int count = Epoll.Look();
                if (count == 0) continue;

                Now = ShardClock.Read();
                if (Now - before > IdlePolling.NoSleep) _polling.Found(count);
                else _polling.Busy(count);
                return count;
            }
        }
        while (ShardClock.Read() - before < IdlePolling.Length);

        _polling.Missed();
        return 0;
    }

    private void RunPosted()
    {
        // Cleared first: what is posted from here on signals again.
        Volatile.Write(ref _wakePending, 0);
        Interlocked.MemoryBarrier();
        while (_posted.TryDequeue(out Action? work)) work();
    }

    private static void Run(Queue<Continuation> queue, int count)
    {
        for (; count > 0; count--) queue.Dequeue().Run();
    }
}
