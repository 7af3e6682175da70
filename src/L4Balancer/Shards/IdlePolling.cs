namespace L4Balancer.Shards;

/// <summary>
/// Whether a loop that has run out of events looks for the next ones for some microseconds before it sleeps. To fall
/// asleep and be woken costs about as much as relaying a request, on a virtual machine more, and delays what comes by
/// as much. Looking is cheaper where the next event comes sooner than that, and waste where it does not. So the loop
/// learns: short sleeps in a row make it look, looking in vain makes it stop, and every time it has stopped it takes
/// longer until it tries again. Where many events come at each wake it never looks: they share the price. One loop's.
/// <code>
///   sleeping --(so many short sleeps in a row)--> looking
///   looking  --(in vain, more often than not)---> sleeping, and twice as many short sleeps are needed
///   looking  --(mostly found)-------------------> looking, and few are needed the next time
/// </code>
/// </summary>
internal sealed class IdlePolling
{
    private const int LeastNeeded = 4;
    private const int MostNeeded = 1024;
    private const int BeginningScore = 4;
    private const int BestScore = 8;

    /// <summary>
    /// Events between two waits that make a wake cheap for each. At 100 busy connections most wakes have more; looking
    /// there costs a tenth of the user-mode time and gains nothing.
    /// </summary>
    private const int Few = 4;

    /// <summary>How long it looks: about what a sleep costs, so that looking in vain at most doubles that.</summary>
    public static readonly long Length = ShardClock.Ticks(TimeSpan.FromMicroseconds(20));

    /// <summary>A sleep is short where looking would have found what ended it: waking up is part of it.</summary>
    public static readonly long ShortSleep = ShardClock.Ticks(TimeSpan.FromMicroseconds(60));

    /// <summary>What takes no longer was no sleep: the event was there.</summary>
    public static readonly long NoSleep = ShardClock.Ticks(TimeSpan.FromMicroseconds(3));

    private int _events; // Since the loop last ran out of them.
    private int _shortSleeps; // In a row.
    private int _needed = LeastNeeded;
    private int _score; // While it looks, more than zero.

    /// <summary>The loop is to look before it sleeps.</summary>
    public bool IsOn => _score > 0 && _events <= Few;

    /// <summary>Events were there without a wait.</summary>
    public void Busy(int events) => _events += events;

    /// <summary>Events came while it looked.</summary>
    public void Found(int events)
    {
        if (_score < BestScore) _score++;
        else _needed = LeastNeeded;
        _events = events;
    }

    /// <summary>It looked in vain, and sleeps.</summary>
    public void Missed()
    {
        if (--_score > 0) return;

        _shortSleeps = 0;
        _needed = Math.Min(_needed * 2, MostNeeded);
    }

    /// <summary>It has slept, without having looked where <see cref="IsOn"/> was false.</summary>
    /// <param name="length">How long, in ticks.</param>
    /// <param name="events">How many events ended it; 0 for a timer.</param>
    public void Slept(long length, int events)
    {
        bool isShort = length < ShortSleep && _events <= Few && events > 0;
        _events = events;
        if (_score > 0) return; // What is looked for has been counted.

        _shortSleeps = isShort ? _shortSleeps + 1 : 0;
        if (_shortSleeps < _needed) return;

        _shortSleeps = 0;
        _score = BeginningScore;
    }
}
