#pragma warning disable CA1822 // The compiler calls the builder's members on an instance, whether they use it or not.

using System.Runtime.CompilerServices;

namespace L4Balancer.Shards;

/// <summary>
/// Return type of async methods that a shard runs and nobody awaits: relays, accept loops, the life of a session. A
/// suspended one costs its own state and one delegate, which is half of what <c>async void</c> costs; with two for
/// every idle session that decides what an idle session costs. An exception that leaves such a method is a defect of
/// ours and ends the process.
/// </summary>
[AsyncMethodBuilder(typeof(DetachedBuilder))]
internal readonly struct Detached;

/// <summary>What the compiler builds a <see cref="Detached"/> method with.</summary>
internal struct DetachedBuilder
{
    private Action? _moveNext; // Set when the method waits for the first time.

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
        where TStateMachine : IAsyncStateMachine => awaiter.OnCompleted(MoveNextOf(ref stateMachine));

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(MoveNextOf(ref stateMachine));

    private Action MoveNextOf<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (_moveNext is not null) return _moveNext;

        // This builder is a field of the state machine: the delegate must be in it before it is copied into the box.
        Box<TStateMachine> box = new();
        Action moveNext = _moveNext = box.MoveNext;
        box.StateMachine = stateMachine;
        return moveNext;
    }

    private sealed class Box<TStateMachine>
        where TStateMachine : IAsyncStateMachine
    {
        public TStateMachine StateMachine = default!; // A field: the machine must run in place.

        public void MoveNext() => StateMachine.MoveNext();
    }
}
