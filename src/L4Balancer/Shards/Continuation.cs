using System.Runtime.CompilerServices;

namespace L4Balancer.Shards;

/// <summary>
/// What goes on when that which it waited for has come: a <see cref="Detached"/> method as it is, or the delegate of
/// any other async method. A delegate for each of the two relays would be a sixth of what an idle session holds.
/// </summary>
internal readonly struct Continuation
{
    private readonly object? _target;

    public Continuation(DetachedMethod method) => _target = method;

    public Continuation(Action action) => _target = action;

    /// <summary>False for the default value: nobody waits.</summary>
    public bool IsSet => _target is not null;

    /// <summary>Goes on. Only where <see cref="IsSet"/>.</summary>
    public void Run()
    {
        if (_target is Action action) action();
        else Unsafe.As<DetachedMethod>(_target!).MoveNext();
    }
}
