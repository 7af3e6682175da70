using System.Net;
using L4Balancer.Discovery;
using NUnit.Framework;

namespace L4Balancer.Tests.Discovery;

/// <summary>What counts of a name after good, empty and failed look-ups.</summary>
public sealed class HeldServersTests
{
    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(10);
    private static readonly LookUpAnswer Empty = LookUpAnswer.Found([]);

    private static FoundServer Server(int number, string part = "a") =>
        new(new IPAddress([10, 0, 0, (byte)number]), 0, "", part);

    private static LookUpAnswer Found(params int[] numbers) =>
        LookUpAnswer.Found(numbers.Select(static number => Server(number)));

    private static int[] Numbers(HeldServers held) =>
        [.. held.Servers.Select(static one => (int)one.Address.GetAddressBytes()[3])];

    [Test]
    public void Observe_AddressLeavesTheAnswer_IsGoneAtOnce()
    {
        HeldServers held = new(Hold);
        held.Observe(Found(1, 2), TimeSpan.Zero);
        held.Observe(Found(2, 3), TimeSpan.FromSeconds(1));

        Assert.That(Numbers(held), Is.EqualTo([2, 3]));
    }

    [Test]
    public void Observe_AnswersInAnyOrder_IsTheSame()
    {
        Random random = new(1);
        int[] numbers = [.. Enumerable.Range(1, 100)];
        for (int i = 0; i < 20; i++)
        {
            random.Shuffle(numbers);
            HeldServers held = new(Hold);
            held.Observe(Found(numbers), TimeSpan.Zero);
            Assert.That(Numbers(held), Is.EqualTo(Enumerable.Range(1, 100)));
        }
    }

    [Test]
    public void Observe_LookUpsFail_KeptForTheHoldSinceTheLastAnswer()
    {
        HeldServers held = new(Hold);
        LookUpAnswer failed = LookUpAnswer.Failed("SERVFAIL");
        held.Observe(Found(1), TimeSpan.FromMinutes(5));
        for (int minute = 6; minute < 15; minute++)
        {
            held.Observe(failed, TimeSpan.FromMinutes(minute));
            Assert.That(Numbers(held), Is.EqualTo([1]));
        }

        held.Observe(failed, TimeSpan.FromMinutes(15));
        Assert.That(Numbers(held), Is.Empty);
    }

    [Test]
    public void Observe_NothingUnderTheName_CountsOnlyTheThirdTimeInARow()
    {
        HeldServers held = new(Hold);
        held.Observe(Found(1), TimeSpan.Zero);
        foreach (int[] left in (int[][])[[1], [1], []])
        {
            held.Observe(Empty, TimeSpan.FromSeconds(1));
            Assert.That(Numbers(held), Is.EqualTo(left));
        }

        held.Observe(Found(1), TimeSpan.FromSeconds(2));
        held.Observe(Empty, TimeSpan.FromSeconds(3));
        Assert.That(Numbers(held), Is.EqualTo([1]), "counted from the start again");
    }

    [Test]
    public void Observe_OneQuestionFails_ItsServersAreKeptAndTheOthersFollow()
    {
        HeldServers held = new(Hold);
        held.Observe(LookUpAnswer.Found([Server(1, "a"), Server(2, "aaaa")]), TimeSpan.Zero);
        LookUpAnswer half = new([Server(3, "a")], new HashSet<string> { "aaaa" }, "SERVFAIL");

        held.Observe(half, TimeSpan.FromMinutes(9));
        Assert.That(Numbers(held), Is.EqualTo([2, 3]));

        held.Observe(half, TimeSpan.FromMinutes(11));
        Assert.That(Numbers(held), Is.EqualTo([3]), "the hold is over for what nobody has answered");
    }

    [Test]
    public void Observe_MoreThanTheBound_TheFirstCountWhateverTheOrder()
    {
        FoundServer[] many =
        [
            .. Enumerable.Range(0, HeldServers.MostServers + 100)
                .Select(static i => new FoundServer(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), 0, "", "")),
        ];
        HeldServers one = new(Hold);
        HeldServers other = new(Hold);
        one.Observe(LookUpAnswer.Found(many), TimeSpan.Zero);
        other.Observe(LookUpAnswer.Found(many.Reverse()), TimeSpan.Zero);

        Assert.That(one.Servers, Has.Count.EqualTo(HeldServers.MostServers));
        Assert.That(one.Servers, Is.EqualTo(other.Servers));
        Assert.That(one.IsCut);
    }
}
