using System.Text.RegularExpressions;
using L4Balancer.Config;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>The example says the truth.</summary>
internal sealed class ExampleFileTests
{
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
        ServiceConfig dns = full.Services.Single(service => service.Name == "dns");
        Assert.Multiple(() =>
        {
            Assert.That(full.Global, Is.EqualTo(plain.Global));
            Assert.That(full.Log, Is.EqualTo(plain.Log));
            Assert.That(full.Admin, Is.EqualTo(plain.Admin));
            Assert.That(same with { Listen = web.Listen, Pool = web.Pool }, Is.EqualTo(web));
            Assert.That(dns.Timeouts, Is.EqualTo(web.Timeouts with { Idle = TimeoutConfig.UdpIdle }));
            Assert.That(dns.Udp.DenySourcePorts, Is.EqualTo(web.Udp.DenySourcePorts));
            Assert.That(
                dns.Udp with { Responses = 0, DenySourcePorts = web.Udp.DenySourcePorts }, Is.EqualTo(web.Udp));
            Assert.That(same.Pool with { Backends = web.Pool.Backends }, Is.EqualTo(web.Pool));
        });
    }

    [TestCaseSource(typeof(ConfigTexts), nameof(ConfigTexts.Tables))]
    public void Example_EveryKnownKey_StandsInIt(string table) =>
        Assert.That(KnownKeys(table), Is.Not.Empty.And.All.Matches<string>(key => Mentions(ExampleWithEveryKey, key)));

    private static bool Mentions(string text, string key) =>
        Regex.IsMatch(text, $@"(^|\[|\.){Regex.Escape(key)}(\]| |\.)", RegexOptions.Multiline);
}
