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
}
