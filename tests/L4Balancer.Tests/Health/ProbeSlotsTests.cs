using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Health;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>How many probes may be under way, and who is next.</summary>
public sealed class ProbeSlotsTests
{
    /// <summary>
    /// Whatever comes, leaves, loses interest or is configured: places are held by those who came first and are still
    /// interested, the awaited before the others, and by no more than there are places.
    /// </summary>
    [Test]
    public void Enter_AnyOrderOfEvents_PlacesGoToTheFirstWhoAreLeft() =>
        Prop.ForAll<byte[]>(static events => Play(events)).QuickCheckThrowOnFailure();

    [Test]
    public async Task Enter_PlaceWasGivenBeforeInterestWasLost_IsForTheTakerToGiveBack()
    {
        ProbeSlots slots = new(new ManualTime()) { Most = 1 };
        using CancellationTokenSource ending = new();
        await slots.EnterAsync(isAwaited: false, default);
        Task second = slots.EnterAsync(isAwaited: false, ending.Token);
        slots.Leave();
        await ending.CancelAsync();
        await second.Within();

        Assert.That((slots.InFlight, slots.Waiting), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task Enter_Waits_TheTimeIsSummedUp()
    {
        ManualTime time = new();
        ProbeSlots slots = new(time) { Most = 1 };
        await slots.EnterAsync(isAwaited: false, default);
        Task[] waiting = [slots.EnterAsync(isAwaited: false, default), slots.EnterAsync(isAwaited: true, default)];
        time.Advance(TimeSpan.FromSeconds(3));
        slots.Leave();
        slots.Leave();
        await Task.WhenAll(waiting).Within();

        Assert.That(slots.Waited, Is.EqualTo(TimeSpan.FromSeconds(6)));
    }

    private static bool Play(byte[] events)
    {
        ProbeSlots slots = new(new ManualTime()) { Most = 2 };
        List<Guest> all = [];
        foreach (byte one in events)
        {
            Guest[] inside = Inside(all);
            Guest[] outside = [.. all.Where(static guest => !guest.IsInside && !guest.HasGivenUp)];
            if (one % 4 == 0 && inside.Length > 0) inside[one % inside.Length].Leave(slots);
            else if (one % 4 == 1 && outside.Length > 0) outside[one % outside.Length].GiveUp();
            else if (one % 16 == 2) slots.Most = 1 + (one / 16);
            else all.Add(new Guest(slots, isAwaited: one % 8 == 3));

            if (!IsAsItShouldBe(slots, all)) return false;
        }

        return true;
    }

    private static bool IsAsItShouldBe(ProbeSlots slots, List<Guest> all)
    {
        // Who has been given a place hears of it on another thread.
        if (!SpinWait.SpinUntil(() => Inside(all).Length == slots.InFlight, TimeSpan.FromSeconds(10))) return false;

        Guest[] outside = [.. all.Where(static guest => !guest.IsInside && !guest.HasGivenUp)];
        return slots.Waiting == outside.Length && (slots.InFlight >= slots.Most || outside.Length == 0)
            && outside.All(early => early.Overtakers(all).All(late => late.WasAwaited && !early.WasAwaited));
    }

    private static Guest[] Inside(List<Guest> all) =>
        [.. all.Where(static guest => guest.IsInside && !guest.HasLeft)];

    /// <summary>One who wants a place.</summary>
    private sealed class Guest
    {
        private readonly CancellationTokenSource _ending = new();
        private readonly Task _entering;

        public Guest(ProbeSlots slots, bool isAwaited)
        {
            WasAwaited = isAwaited;
            _entering = slots.EnterAsync(isAwaited, _ending.Token);
        }

        public bool WasAwaited { get; }

        public bool HasLeft { get; private set; }

        public bool HasGivenUp { get; private set; }

        public bool IsInside => !HasGivenUp && _entering.IsCompletedSuccessfully;

        /// <summary>Those who came later and are in.</summary>
        public IEnumerable<Guest> Overtakers(List<Guest> all) =>
            all.Skip(all.IndexOf(this) + 1).Where(static guest => guest.IsInside);

        public void Leave(ProbeSlots slots)
        {
            HasLeft = true;
            slots.Leave();
        }

        public void GiveUp()
        {
            HasGivenUp = true;
            _ending.Cancel();
        }
    }
}
