using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Backends;
using L4Balancer.Health;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>What an agent's line means, and that no line does harm.</summary>
public sealed class AgentWordsTests
{
    private static readonly string[] Words =
    [
        "up", "down", "fail", "stopped", "ready", "drain", "maint", "75%", "0%", "100%", "101%", "-1%", "%", "weight:3",
        "weight:257", "weight:", "maxconn:7", "maxconn:0", "maxconn:x", "MAINT", "Up", "#", "#why", " ", ",", "\t", "ü",
        "\u001B[2J", "nonsense", "maxconn:99999999999999999999",
    ];

    [TestCase("75%", 75, null)]
    [TestCase("weight:30", 100, 30)]
    [TestCase("75% weight:30", 100, 30)]
    [TestCase("weight:30,75%", 75, null)]
    [TestCase("0%", 0, null)]
    [TestCase("101%", 100, null)]
    [TestCase("weight:257", 100, null)]
    [TestCase("+5% 5.5% % 5 % weight:-1", 100, null)]
    public void Read_Weights_TheLastThatIsOneCounts(string line, int percent, int? weight)
    {
        AgentReport said = Read(line);

        Assert.That((said.Percent, said.Weight), Is.EqualTo((percent, weight)));
    }

    [TestCase("down#too hot, really", "too hot, really")]
    [TestCase("DOWN", "")]
    [TestCase("fail # disk # full", "disk # full")]
    [TestCase("stopped#a\u0007b", "a?b")]
    public void Read_ServerIsDown_StaysSoUntilUp(string line, string reason)
    {
        AgentReport down = Read(line);
        Assert.That((down.IsDown, down.Reason), Is.EqualTo((true, reason)));

        AgentReport still = Read("ready 75%", down);
        Assert.That((still.IsDown, still.Reason, still.Percent), Is.EqualTo((true, reason, 75)));
        Assert.That(Read("up", still), Is.EqualTo(AgentReport.None with { Percent = 75 }));
    }

    [Test]
    public void Read_WordsOfSeveralKinds_EachHasItsEffect()
    {
        AgentReport said = Read("up\tready, 75%  maxconn:30");

        Assert.That(said, Is.EqualTo(AgentReport.None with { Percent = 75, MaxSessions = 30 }));
        Assert.That(Read("drain", said), Is.EqualTo(said with { Admin = AdminState.Drain }));
        Assert.That(Read("maint maxconn:0", said), Is.EqualTo(said with { Admin = AdminState.Maint, MaxSessions = 0 }));
    }

    [Test]
    public void Read_WordsThatMeanNothing_AreNamedAndChangeNothing()
    {
        AgentReport before = Read("drain 50% maxconn:3");
        AgentReport after = AgentWords.Read("onw 200% up: maxconn", before, out IReadOnlyList<string> unknown);

        Assert.That(after, Is.EqualTo(before));
        Assert.That(unknown, Is.EqualTo(["onw", "200%", "up:", "maxconn"]));
    }

    /// <summary>Lines of words and near words, and of anything at all.</summary>
    [Test]
    public void Read_AnyLine_StaysInBoundsAndSaysTheSameTwice()
    {
        Gen<string> known = Gen.Elements(Words).ListOf().Select(static words => string.Join(' ', words));
        Gen<string> mixed = Gen.Elements(Words).ListOf().Select(static words => string.Concat(words));
        Gen<string> any = ArbMap.Default.GeneratorFor<string?>().Select(static text => text ?? "");
        Prop.ForAll(Gen.OneOf(known, mixed, any).ListOf().ToArbitrary(), static lines =>
        {
            AgentReport said = AgentReport.None;
            foreach (string line in lines)
            {
                said = Read(line, said);
                if (!IsInBounds(said) || Read(line, said) != said) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    private static bool IsInBounds(AgentReport said) => said is
    {
        Percent: >= 0 and <= 100, Weight: null or (>= 0 and <= 256), MaxSessions: >= 0, Reason.Length: <= 100,
    } && !said.Reason.Any(char.IsControl) && (said.IsDown || said.Reason.Length == 0);

    private static AgentReport Read(string line, AgentReport? before = null) =>
        AgentWords.Read(line, before ?? AgentReport.None, out _);
}
