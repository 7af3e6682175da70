namespace L4Balancer.Shards;

/// <summary>
/// Whether a loop that has run out of events looks for the next ones for some microseconds before it sleeps. To fall
/// asleep and be woken costs about as much as relaying a request, on a virtual machine more, and delays what comes by
/// as much. Looking is cheaper where the next event comes sooner than that, and waste where it does not. So the loop
/// keeps count of how often it found something lately, looks while that is often enough, and tries again now and then
/// while it is not: whatever came before, it follows the traffic within some hundred waits. It learns apart for waits
/// behind a short one and behind a long one: a request that comes after a long pause is answered soon, and behind the
/// answer comes the next pause. Where many events come at each wake it never looks: they share the price. One loop's.
/// <code>
///   sleeping --(every 64th wait)-----------> trying
///   trying   --(in vain)-------------------> sleeping
///   trying   --(found)---------------------> trying, and looking once the share of those found is large enough
///   looking  --(the share is too small)----> sleeping
/// </code>
/// </summary>
internal sealed class IdlePolling
{
    /// <summary>Waits without a look until one is tried: trying in vain costs a hundredth of those sleeps.</summary>
    private const int TryEvery = 64;

    /// <summary>Looks that the share of those that found something goes back.</summary>
    private const int Memory = 32;

    /// <summary>
    /// The share that makes looking pay: found after half of its length on average, or in vain before a sleep that
    /// costs a little more than it. The answer that comes sooner is worth the rest.
    /// </summary>
    private const double Enough = 0.4;

    /// <summary>The share below which it stops: chance alone does not take it there from where looking pays.</summary>
    private const double TooFew = 0.3;

    /// <summary>
    /// Events between two waits that make a wake cheap for each. At 100 busy connections most wakes have more; looking
    /// there costs a tenth of the user-mode time and gains nothing.
    /// </summary>
    private const int Few = 4;

    /// <summary>How long it looks: about what a sleep costs, so that looking in vain at most doubles that.</summary>
    public static readonly long Length = ShardClock.Ticks(TimeSpan.FromMicroseconds(20));

    /// <summary>What a wait takes at most that was short, being woken included.</summary>
    public static readonly long ShortSleep = ShardClock.Ticks(TimeSpan.FromMicroseconds(60));

    /// <summary>What takes no longer was no sleep: the event was there.</summary>
    public static readonly long NoSleep = ShardClock.Ticks(TimeSpan.FromMicroseconds(3));

    private readonly Lesson _afterLong = new();
    private readonly Lesson _afterShort = new();
    private bool _wasShort; // The last wait.
    private int _events; // Since the loop last ran out of them.

    /// <summary>The loop is to look before it sleeps.</summary>
    public bool IsOn => _events <= Few && (Present.IsOn || Present.Unlooked >= TryEvery);

    private Lesson Present => _wasShort ? _afterShort : _afterLong;

    /// <summary>Events were there without a wait.</summary>
    public void Busy(int events) => _events += events;

    /// <summary>Events came while it looked. Where that was a try, the next wait is one too.</summary>
    public void Found(int events)
    {
        Lesson lesson = Present;
        lesson.Found += (1 - lesson.Found) / Memory;
        if (lesson.Found >= Enough) lesson.IsOn = true;
        _wasShort = true;
        _events = events;
    }

    /// <summary>It looked in vain, and sleeps.</summary>
    public void Missed()
    {
        Lesson lesson = Present;
        lesson.Found -= lesson.Found / Memory;
        if (lesson.Found < TooFew) lesson.IsOn = false;
        lesson.Unlooked = 0;
    }

    /// <summary>It has slept, without having looked where <see cref="IsOn"/> was false.</summary>
    /// <param name="length">How long, in ticks.</param>
    /// <param name="events">How many events ended it; 0 for a timer.</param>
    public void Slept(long length, int events)
    {
        if (events > 0 && _events <= Few) Present.Unlooked++;
        _wasShort = length < ShortSleep && _events <= Few && events > 0;
        _events = events;
    }

    /// <summary>What was learnt of waits of one kind.</summary>
    private sealed class Lesson
    {
        /// <summary>The share of looks that found something, 0 to 1; the older ones count less.</summary>
        public double Found { get; set; }

        /// <summary>That is often enough to look each time.</summary>
        public bool IsOn { get; set; }

        /// <summary>Waits since it last looked in vain.</summary>
        public int Unlooked { get; set; }
    }
}
