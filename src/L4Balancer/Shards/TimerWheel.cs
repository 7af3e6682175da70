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

    private static readonly long SlotTicks = Stopwatch.Frequency * 16 / 1000;

    private readonly ShardTimer?[] _slots = new ShardTimer?[Slots];
    private readonly ulong[] _occupied = new ulong[Slots / WordBits];
    private long _turn; // Number of the slot last advanced to, counted without end.

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
        if (timer.Slot < 0) return;

        if (timer.Previous is { } previous) previous.Next = timer.Next;
        else _slots[timer.Slot] = timer.Next;
        if (timer.Next is { } next) next.Previous = timer.Previous;
        if (_slots[timer.Slot] is null) _occupied[timer.Slot / WordBits] &= ~(1UL << (timer.Slot % WordBits));

        timer.Previous = timer.Next = null;
        timer.Slot = -1;
        Count--;
    }

    /// <summary>Milliseconds until the next slot that holds a timer, rounded up; -1 where none does.</summary>
    public int MillisecondsToNext(long now)
    {
        if (Count == 0) return -1;

        long ticks = ((_turn + DistanceToOccupied()) * SlotTicks) - now;
        return ticks <= 0 ? 0 : (int)(((ticks * 1000) + Stopwatch.Frequency - 1) / Stopwatch.Frequency);
    }

    /// <summary>Calls every timer whose deadline has passed. One that is armed meanwhile waits for a later call.</summary>
    public void Advance(long now)
    {
        long target = now / SlotTicks;
        if (Count == 0)
        {
            _turn = target;
            return;
        }

        // After a long pause one turn round the wheel visits every slot; a second would find nothing.
        _turn = Math.Max(_turn, target - Slots);
        while (_turn < target)
        {
            _turn++;
            RunSlot((int)(_turn % Slots), now);
        }
    }

    private void RunSlot(int slot, long now)
    {
        // Neither a timer put on nor one armed by what is called here comes back into this slot (see Insert), so this ends.
        while (_slots[slot] is { } timer)
        {
            Cancel(timer);
            if (timer.Deadline <= now) timer.OnDue();
            else Insert(timer);
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
