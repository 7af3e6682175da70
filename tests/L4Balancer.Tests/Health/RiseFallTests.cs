using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Health;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>Hysteresis of probe results; the sequences are those that other balancers publish for it.</summary>
public sealed class RiseFallTests
{
    [TestCase(1, 3, "001010000010", "001111100011")]
    [TestCase(3, 1, "110101111101", "110000011100")]
    [TestCase(3, 3, "00101000001011111", "00000000000000111")]
    [TestCase(3, 3, "11010111110100000", "11111111111111000")]
    public void Observe_Results_GiveTheStates(int rise, int fall, string results, string states)
    {
        RiseFall riseFall = new();
        string seen = string.Concat(results.Select(result =>
        {
            riseFall.Observe(result == '1', rise, fall);
            return riseFall.IsUp ? '1' : '0';
        }));
        Assert.That(seen, Is.EqualTo(states));
    }

    [Test]
    public void Observe_StateChanges_SaysSoThenAndOnlyThen()
    {
        RiseFall riseFall = new();
        bool[] results = [true, false, false, false, true, true, true];
        bool[] flipped = [true, false, true, false, false, true, false];
        Assert.That(results.Select(result => riseFall.Observe(result, rise: 2, fall: 2)), Is.EqualTo(flipped));
    }

    /// <summary>
    /// The oracle keeps no count: a state ends where the last results, as many as it takes, all contradict it.
    /// </summary>
    [Test]
    public void Observe_BegunInAState_EndsItWhereTheLastResultsAllContradictIt() => Prop.ForAll<bool, byte, bool[]>(
        static (initial, limits, results) =>
        {
            (int rise, int fall) = (1 + (limits % 4), 1 + (limits / 16 % 4));
            RiseFall riseFall = new();
            riseFall.Begin(initial);
            bool state = initial;
            for (int seen = 1; seen <= results.Length; seen++)
            {
                bool[] last = results[Math.Max(0, seen - (state ? fall : rise))..seen];
                bool flips = last.Length == (state ? fall : rise) && last.All(result => result != state);
                if (riseFall.Observe(results[seen - 1], rise, fall) != flips) return false;

                if (flips) state = !state;
                if (riseFall.IsUp != state || riseFall.IsTurning != (results[seen - 1] != state)) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();
}
