namespace L4Balancer.Shards;

/// <summary>
/// Whether a loop that has run out of events looks for the next ones for some microseconds before it sleeps. To fall
/// asleep and be woken costs about as much as relaying a request, on a virtual machine more, and delays what comes by
/// as much. Looking is cheaper where the next event comes sooner than that, and waste where it does not. So the loop
/// learns: short sleeps in a row make it look, looking in vain makes it stop, and every time it has stopped it takes
/// longer until it tries again. It learns apart for waits behind a short one and behind a long one: a request that
/// comes after a long pause is answered soon, and behind the answer comes the next pause. Where many events come at
/// each wake it never looks: they share the price. One loop's.
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

    private readonly Lesson _afterLong = new();
    private readonly Lesson _afterShort = new();
    private bool _wasShort; // The last wait.
    private int _events; // Since the loop last ran out of them.

    /// <summary>The loop is to look before it sleeps.</summary>
    public bool IsOn => Present.Score > 0 && _events <= Few;

    private Lesson Present => _wasShort ? _afterShort : _afterLong;

    /// <summary>Events were there without a wait.</summary>
    public void Busy(int events) => _events += events;

    /// <summary>Events came while it looked.</summary>
    public void Found(int events)
    {
        Lesson lesson = Present;
        if (lesson.Score < BestScore) lesson.Score++;
        else lesson.Needed = LeastNeeded;
        _wasShort = true;
        _events = events;
    }

    /// <summary>It looked in vain, and sleeps.</summary>
    public void Missed()
    {
        Lesson lesson = Present;
        if (--lesson.Score > 0) return;

        lesson.ShortSleeps = 0;
        lesson.Needed = Math.Min(lesson.Needed * 2, MostNeeded);
    }

    /// <summary>It has slept, without having looked where <see cref="IsOn"/> was false.</summary>
    /// <param name="length">How long, in ticks.</param>
    /// <param name="events">How many events ended it; 0 for a timer.</param>
    public void Slept(long length, int events)
    {
        Lesson lesson = Present;
        bool isShort = length < ShortSleep && _events <= Few && events > 0;
        _wasShort = isShort;
        _events = events;
        if (lesson.Score > 0) return; // What is looked for has been counted.

        lesson.ShortSleeps = isShort ? lesson.ShortSleeps + 1 : 0;
        if (lesson.ShortSleeps < lesson.Needed) return;

        lesson.ShortSleeps = 0;
        lesson.Score = BeginningScore;
    }

    /// <summary>What was learnt of waits of one kind.</summary>
    private sealed class Lesson
    {
        /// <summary>While it looks, more than zero.</summary>
        public int Score { get; set; }

        /// <summary>Short sleeps in a row, while it does not look.</summary>
        public int ShortSleeps { get; set; }

        /// <summary>How many of them make it look.</summary>
        public int Needed { get; set; } = LeastNeeded;
    }
}
