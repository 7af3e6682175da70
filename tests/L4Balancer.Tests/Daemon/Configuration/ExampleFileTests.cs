using System.Text.RegularExpressions;
using L4Balancer.Config;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>The example says the truth.</summary>
internal sealed partial class ExampleFileTests
{
    private static readonly string[] Tables =
    [
        "global", "log", "admin", "defaults", "service.web", "service.web.timeouts", "service.web.health",
        "service.web.retry", "service.web.ejection", "service.mail", "pool.shared",
    ];

    [Test]
    public void Example_AsItIs_IsTheThreeLines()
    {
        BalancerConfig config = Good(Example);

        ServiceConfig service = config.Services.Single();
        Assert.Multiple(() =>
        {
            Assert.That(config.Global, Is.EqualTo(new GlobalConfig()));
            Assert.That(service.Pool.Backends, Has.Count.EqualTo(2));
        });
    }

    [Test]
    public void Example_EveryKeySwitchedOn_IsAcceptedAndChangesNothing()
    {
        BalancerConfig plain = Good(Example);
        BalancerConfig full = Good(ExampleWithEveryKey);

        ServiceConfig web = plain.Services.Single();
        ServiceConfig same = full.Services.Single(service => service.Name == "web");
        Assert.Multiple(() =>
        {
            Assert.That(full.Global, Is.EqualTo(plain.Global));
            Assert.That(full.Log, Is.EqualTo(plain.Log));
            Assert.That(full.Admin, Is.EqualTo(plain.Admin));
            Assert.That(same with { Listen = web.Listen, Pool = web.Pool }, Is.EqualTo(web));
            Assert.That(same.Pool with { Backends = web.Pool.Backends }, Is.EqualTo(web.Pool));
        });
    }

    /// <summary>Asks every table for a key that it does not have, and takes the known ones from the answer.</summary>
    [TestCaseSource(nameof(Tables))]
    public void Example_EveryKnownKey_StandsInIt(string table)
    {
        string text = ExampleWithEveryKey;
        string header = $"[{table}]\n";
        Assert.That(text, Does.Contain(header));

        string asking = text.Replace(header, header + "zzzzzzzzzzzzzzzz = 1\n", StringComparison.Ordinal);
        string asked = Problems(asking).Single();
        string[] known = KnownKeys().Match(asked).Groups[1].Value.Split(", ");

        Assert.That(known, Is.Not.Empty);
        Assert.That(known, Has.All.Matches<string>(key => Mentions(text, key)), asked);
    }

    private static bool Mentions(string text, string key) =>
        Regex.IsMatch(text, $@"(^|\[|\.){Regex.Escape(key)}(\]| |\.)", RegexOptions.Multiline);

    [GeneratedRegex("known here: (.*)$")]
    private static partial Regex KnownKeys();
}
