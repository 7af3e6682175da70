using L4Balancer.Config;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>Which probe a pool has, and what goes with it.</summary>
internal sealed class ProbeTypeTests
{
    private const string Own = "[service.dns]\nlisten = \"*:53\"\nbackends = [\"a:1\"]\n";

    [TestCase("tcp", "", "", ProbeType.Tcp)]
    [TestCase("udp", "", "", ProbeType.None)]
    [TestCase("udp", "tcp", "", ProbeType.Tcp)]
    [TestCase("udp", "", "tcp", ProbeType.Tcp)]
    [TestCase("udp", "none", "tcp", ProbeType.None)]
    [TestCase("tcp", "none", "", ProbeType.None)]
    [TestCase("tcp", "udp", "", ProbeType.Udp)]
    public void Parse_OwnPool_HasTheTypeOfTheServiceElseOfTheDefaultsElseOfTheProtocol(
        string protocol, string own, string inDefaults, ProbeType expected)
    {
        string text = $"{Defaults(inDefaults)}{Own}protocol = \"{protocol}\"\n";
        if (own.Length > 0) text += $"health.type = \"{own}\"\n";
        if (own == "udp") text += "health.reply = false\n";

        Assert.That(Good(text).Services.Single().Pool.Health.Type, Is.EqualTo(expected));
    }

    [TestCase("tcp", "tcp", "", "", ProbeType.Tcp)]
    [TestCase("udp", "udp", "", "", ProbeType.None)]
    [TestCase("tcp", "udp", "", "", ProbeType.Tcp)]
    [TestCase("udp", "tcp", "", "", ProbeType.Tcp)]
    [TestCase("udp", "udp", "tcp", "", ProbeType.Tcp)]
    [TestCase("udp", "udp", "", "tcp", ProbeType.Tcp)]
    public void Parse_SharedPool_CountsAllWhoUseItAndStaysOneObject(
        string one, string other, string own, string inDefaults, ProbeType expected)
    {
        BalancerConfig config = Good(
            $"{Defaults(inDefaults)}[service.a]\nlisten = \"*:1\"\npool = \"p\"\nprotocol = \"{one}\"\n"
            + $"[service.b]\nlisten = \"*:2\"\npool = \"p\"\nprotocol = \"{other}\"\n"
            + "[pool.p]\nbackends = [\"a:1\"]\n" + (own.Length > 0 ? $"health.type = \"{own}\"\n" : ""));

        Assert.That(config.Services[0].Pool, Is.SameAs(config.Services[1].Pool));
        Assert.That(config.Services[0].Pool.Health.Type, Is.EqualTo(expected));
    }

    [Test]
    public void Parse_UdpProbe_ArrivesInItsRecord()
    {
        BalancerConfig config = Good($"{Own}health = {{ type = \"udp\", send = \"ping\", expect = \"hex:00 ff\" }}");
        HealthConfig health = config.Services.Single().Pool.Health;

        Assert.Multiple(() =>
        {
            Assert.That(health.Type, Is.EqualTo(ProbeType.Udp));
            Assert.That(health.Send.ToArray(), Is.EqualTo("ping"u8.ToArray()));
            Assert.That(health.Expect.Bytes.ToArray(), Is.EqualTo(new byte[] { 0, 255 }));
            Assert.That(health.Reply, Is.True);
        });
    }

    [TestCase("health = { type = \"udp\", reply = false }")]
    [TestCase("health = { type = \"udp\", send = \"\" }")]
    [TestCase("health = { type = \"udp\", send = \"x\", expect = \"\", reply = false }")]
    public void Parse_PayloadThatGoesTogether_IsGood(string line) => Assert.That(Problems(Own + line), Is.Empty);

    [Test]
    public void Parse_PayloadInDefaults_GoesWithEveryType() => Assert.That(
        Problems(
            $"[defaults.health]\nsend = \"x\"\nexpect = \"y\"\n{Own}health.type = \"udp\"\n"
            + "[service.web]\nlisten = \"*:80\"\nbackends = [\"a:1\"]"),
        Is.Empty);

    [TestCase("tcp", "health.type = \"udp\"", "5:15: error: the UDP probe of [service.dns] has nothing to send; "
        + "write send = \"...\", or reply = false where nothing answers")]
    [TestCase("tcp", "health = { type = \"udp\", reply = false, expect = \"x\" }",
        "5:50: error: 'expect' says what an answer must contain, and reply = false that none need come; "
        + "remove one of them")]
    [TestCase("tcp", "health.send = \"x\"",
        "5:8: error: 'send' means nothing to a probe of type \"tcp\"; write type = \"send_expect\" or \"udp\" "
        + "or remove it")]
    [TestCase("udp", "health.expect = \"x\"",
        "5:8: error: 'expect' means nothing to a probe of type \"none\"; write type = \"send_expect\" or \"udp\" "
        + "or remove it")]
    [TestCase("udp", "health = { type = \"tcp\", reply = true }",
        "5:26: error: 'reply' means nothing to a probe of type \"tcp\"; write type = \"udp\" or remove it")]
    [TestCase("udp", "health = { type = \"icmp\", send = \"x\" }",
        "5:19: error: 'type' must be \"tcp\", \"tls\", \"http\", \"send_expect\", \"udp\", \"exec\" or \"none\", "
        + "not \"icmp\"")]
    [TestCase("udp", "health = { type = \"udp\", send = \"hex:1\" }",
        "5:33: error: 'send' has 1 hexadecimal digit; write two for each byte, as in \"hex:12 34 abcd\"")]
    [TestCase("udp", "health = { type = \"udp\", send = 7 }",
        "5:33: error: 'send' must be a string, not an integer")]
    public void Parse_BadProbe_IsOneError(string protocol, string line, string problem) =>
        Assert.That(Problems($"{Own}protocol = \"{protocol}\"\n{line}"), Is.EqualTo(new[] { problem }));

    [Test]
    public void Parse_UdpFromDefaultsWithNothingToSend_BlamesThePool() => Assert.That(
        Problems($"[defaults]\nhealth.type = \"udp\"\n{Own}"),
        Is.EqualTo(new[]
        {
            "3:10: error: the UDP probe of [service.dns] has nothing to send; write send = \"...\", "
            + "or reply = false where nothing answers",
        }));

    [TestCase(1400, 0)]
    [TestCase(1401, 1)]
    public void Parse_LongPayload_FitsOneDatagramOrIsRefused(int bytes, int errors) => Assert.That(
        Problems($"{Own}health = {{ type = \"udp\", send = \"{new string('x', bytes)}\" }}"),
        Has.Length.EqualTo(errors)
            .And.All.EqualTo($"4:33: error: 'send' has {bytes} bytes; at most 1400 are possible"));

    private static string Defaults(string type) =>
        type.Length == 0 ? "" : $"[defaults]\nhealth.type = \"{type}\"\n";
}
