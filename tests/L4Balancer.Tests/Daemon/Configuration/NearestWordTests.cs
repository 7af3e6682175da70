using L4Balancer.Daemon.Configuration;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>Did you mean.</summary>
internal sealed class NearestWordTests
{
    private static readonly string[] Known = ["listen", "backends", "backlog", "max_connections", "hash_on", "pool"];

    [TestCase("liste", "listen")]
    [TestCase("lisetn", "listen")]
    [TestCase("Listen", "listen")]
    [TestCase("backend", "backends")]
    [TestCase("max-connections", "max_connections")]
    [TestCase("maxconnections", "max_connections")]
    [TestCase("hashon", "hash_on")]
    [TestCase("poll", "pool")]
    [TestCase("max", "max_connections")]
    [TestCase("HASH", "hash_on")]
    [TestCase("bac", null)]
    [TestCase("li", null)]
    [TestCase("p", null)]
    [TestCase("timeout", null)]
    [TestCase("", null)]
    public void Find_Word_OffersOnlyWhatIsNear(string word, string? expected) =>
        Assert.That(NearestWord.Find(word, Known), Is.EqualTo(expected));

    [Test]
    public void Find_VeryLongWord_IsNotCompared() =>
        Assert.That(NearestWord.Find(new string('a', 1_000_000), [new string('a', 999_999)]), Is.Null);
}
