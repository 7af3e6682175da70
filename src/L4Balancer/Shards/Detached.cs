#pragma warning disable CA1822 // The compiler calls the builder's members on an instance, whether they use it or not.

using System.Runtime.CompilerServices;

namespace L4Balancer.Shards;

/// <summary>
/// Return type of async methods that a shard runs and nobody awaits: relays, accept loops, the life of a session. A
/// suspended one costs its own state and three words, no task and no delegate; with two for every idle session that
/// decides what an idle session costs. An exception that leaves such a method is a defect of ours and ends the process.
/// </summary>
[AsyncMethodBuilder(typeof(DetachedBuilder))]
internal readonly struct Detached;

/// <summary>A <see cref="Detached"/> method that waits.</summary>
internal abstract class DetachedMethod
{
    private Action? _asAction;

    /// <summary>Goes on to its next wait or its end.</summary>
    public abstract void MoveNext();

    /// <summary>For awaiters that know nothing of shards; made once.</summary>
    public Action AsAction() => _asAction ??= MoveNext;
}

/// <summary>What the compiler builds a <see cref="Detached"/> method with.</summary>
internal struct DetachedBuilder
{
    private DetachedMethod? _method; // Set when the method waits for the first time.

    public readonly Detached Task => default;

    public static DetachedBuilder Create() => default;

    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => stateMachine.MoveNext();

    public readonly void SetStateMachine(IAsyncStateMachine stateMachine) =>
        throw new NotSupportedException($"{stateMachine} is boxed by this builder alone");

    public readonly void SetResult()
    {
    }

    public readonly void SetException(Exception exception) =>
        Environment.FailFast("an async method of the data path ended by a defect", exception);

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.OnCompleted(MethodOf(ref stateMachine).AsAction());

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine
    {
        DetachedMethod method = MethodOf(ref stateMachine);

        // Decided when this is compiled for the awaiter, and the cast of an awaiter that is a value does not box it.
        if (awaiter is IShardAwaiter) ((IShardAwaiter)awaiter).OnCompleted(new Continuation(method));
        else awaiter.UnsafeOnCompleted(method.AsAction());
    }

    private DetachedMethod MethodOf<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (_method is not null) return _method;

        // This builder is a field of the state machine: the method must be in it before it is copied into the box.
        Box<TStateMachine> box = new();
        _method = box;
        box.StateMachine = stateMachine;
        return box;
    }

    private sealed class Box<TStateMachine> : DetachedMethod
        where TStateMachine : IAsyncStateMachine
    {
        public TStateMachine StateMachine = default!; // A field: the machine must run in place.

        public override void MoveNext() => StateMachine.MoveNext();
    }
}
