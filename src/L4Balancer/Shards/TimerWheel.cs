using System.Diagnostics;
using System.Numerics;

namespace L4Balancer.Shards;

/// <summary>
/// The timers of one shard: a hashed wheel (Varghese and Lauck, 1987, scheme 6) of 2,048 slots of 16 ms. Arming and
/// cancelling take constant time. A deadline beyond the wheel's 32.8 s waits in the farthest slot and is put on
/// from there. A timer is due up to one slot late, never early.
/// </summary>
internal sealed class TimerWheel
{
    private const int Slots = 2048;
    private const int WordBits = 64;
    private const int NoSlot = ShardTimer.NotArmed;
    private const int DueSlot = -2; // Off the wheel and about to be called.

    private static readonly long SlotTicks = Stopwatch.Frequency * 16 / 1000;

    private readonly ShardTimer?[] _slots = new ShardTimer?[Slots];
    private readonly ulong[] _occupied = new ulong[Slots / WordBits];
    private readonly List<ShardTimer> _due = [];
    private long _turn; // Number of the slot last advanced to, counted without end.
    private long _earliest; // No timer is in an earlier slot; counted like the turn. Searched for when it has passed.

    public TimerWheel(long now) => _turn = now / SlotTicks;

    /// <summary>Timers armed now.</summary>
    public int Count { get; private set; }

    /// <summary>Arms a timer, or moves one that is armed.</summary>
    public void Arm(ShardTimer timer, long deadline)
    {
        Cancel(timer);
        timer.Deadline = deadline;
        Insert(timer);
    }

    /// <summary>Takes a timer off; nothing happens where it is not armed.</summary>
    public void Cancel(ShardTimer timer)
    {
        int slot = timer.Slot;
        timer.Slot = NoSlot;
        if (slot < 0) return;

        if (timer.Previous is { } previous) previous.Next = timer.Next;
        else _slots[slot] = timer.Next;
        if (timer.Next is { } next) next.Previous = timer.Previous;
        if (_slots[slot] is null) _occupied[slot / WordBits] &= ~(1UL << (slot % WordBits));

        timer.Previous = timer.Next = null;
        Count--;
    }

    /// <summary>
    /// Milliseconds until the next slot that holds a timer, rounded up; -1 where none does. Less where the timer that
    /// was there is cancelled: to look for the next at every turn of the loop was a tenth of its user time.
    /// </summary>
    public int MillisecondsToNext(long now)
    {
        if (Count == 0) return -1;

        if (_earliest <= _turn) _earliest = _turn + DistanceToOccupied();
        long ticks = (_earliest * SlotTicks) - now;
        return ticks <= 0 ? 0 : (int)(((ticks * 1000) + Stopwatch.Frequency - 1) / Stopwatch.Frequency);
    }

    /// <summary>
    /// Calls every timer whose deadline has passed. One that is armed meanwhile waits for a later call.
    /// </summary>
    public void Advance(long now)
    {
        long target = now / SlotTicks;
        if (Count == 0)
        {
            _turn = target;
            return;
        }

        // What is armed from here on belongs to the time after the target. After a long pause one turn round the wheel
        // visits every slot; a second would find nothing.
        long from = Math.Max(_turn, target - Slots);
        _turn = Math.Max(_turn, target);
        for (long turn = from + 1; turn <= target; turn++) CollectDue((int)(turn % Slots), now);

        // Only now, since what a timer does may arm or cancel any other.
        foreach (ShardTimer timer in _due)
        {
            if (timer.Slot != DueSlot) continue;
            timer.Slot = NoSlot;
            timer.OnDue();
        }

        _due.Clear();
    }

    /// <summary>Takes the due timers off a slot; those that only pass by are put on.</summary>
    private void CollectDue(int slot, long now)
    {
        for (ShardTimer? timer = _slots[slot], next; timer is not null; timer = next)
        {
            next = timer.Next;
            Cancel(timer);
            if (timer.Deadline > now)
            {
                Insert(timer);
                continue;
            }

            timer.Slot = DueSlot;
            _due.Add(timer);
        }
    }

    private void Insert(ShardTimer timer)
    {
        // Rounded up: the slot is reached when the deadline has passed. Never the present slot, from either side.
        long turn = (timer.Deadline + SlotTicks - 1) / SlotTicks;
        turn = Math.Clamp(turn, _turn + 1, _turn + Slots - 1);

        int slot = (int)(turn % Slots);
        timer.Slot = slot;
        timer.Previous = null;
        timer.Next = _slots[slot];
        if (timer.Next is { } next) next.Previous = timer;
        _slots[slot] = timer;
        _occupied[slot / WordBits] |= 1UL << (slot % WordBits);
        if (turn < _earliest) _earliest = turn;
        Count++;
    }

    /// <summary>Slots from the one after the present turn to the first occupied one.</summary>
    private int DistanceToOccupied()
    {
        int start = (int)((_turn + 1) % Slots);
        int word = start / WordBits;
        ulong bits = _occupied[word] & (ulong.MaxValue << (start % WordBits));
        for (int scanned = 0; scanned <= _occupied.Length; scanned++)
        {
            if (bits != 0)
            {
                int slot = (word * WordBits) + BitOperations.TrailingZeroCount(bits);
                return ((slot - start + Slots) % Slots) + 1;
            }

            word = (word + 1) % _occupied.Length;
            bits = _occupied[word];
        }

        return Slots;
    }
}
