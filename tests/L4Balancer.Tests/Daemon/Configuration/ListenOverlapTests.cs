using L4Balancer.Config;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>Which listen addresses exclude each other.</summary>
internal sealed class ListenOverlapTests
{
    [TestCase("0.0.0.0:80", "0.0.0.0:80", true)]
    [TestCase("0.0.0.0:80", "127.0.0.1:80", true)]
    [TestCase("0.0.0.0:80", "[::ffff:127.0.0.1]:80", true)]
    [TestCase("0.0.0.0:80", "[::]:80", false)]
    [TestCase("0.0.0.0:80", "[::1]:80", false)]
    [TestCase("0.0.0.0:80", "0.0.0.0:81", false)]
    [TestCase("*:80", "0.0.0.0:80", true)]
    [TestCase("*:80", "[::]:80", true)]
    [TestCase("*:80", "127.0.0.1:80", true)]
    [TestCase("*:80", "[2001:db8::1]:80", true)]
    [TestCase("*:80", "*:80", true)]
    [TestCase("*:80", "*:81", false)]
    [TestCase("[::]:80", "[2001:db8::1]:80", true)]
    [TestCase("[::]:80", "127.0.0.1:80", false)]
    [TestCase("127.0.0.1:80", "127.0.0.2:80", false)]
    [TestCase("127.0.0.1:80", "127.0.0.1:80", true)]
    [TestCase("[fe80::1%1]:80", "[fe80::1%2]:80", false)]
    [TestCase("[fe80::1%1]:80", "[fe80::1%1]:80", true)]
    public void Exists_TwoAddresses_IsTheSameInBothDirections(string one, string other, bool expected)
    {
        Assert.Multiple(() =>
        {
            Assert.That(ListenOverlap.Exists(Listen(one), Listen(other)), Is.EqualTo(expected));
            Assert.That(ListenOverlap.Exists(Listen(other), Listen(one)), Is.EqualTo(expected));
        });
    }

    [Test]
    public void Exists_PortZero_NeverOverlaps()
    {
        ListenAddress any = new(Listen("127.0.0.1:80").Endpoint with { Port = 0 });

        Assert.That(ListenOverlap.Exists(any, any), Is.False);
    }

    [Test]
    public void Parse_SameAddressInTwoServices_NamesTheOtherOneAndItsLine() => Assert.That(
        Problems(Two("0.0.0.0:80", "0.0.0.0:80")),
        Is.EqualTo(new[] { "5:10: error: 0.0.0.0:80 of [service.b] is already taken by [service.a] on line 2" }));

    [Test]
    public void Parse_WiderAddress_NamesBoth() => Assert.That(
        Problems(Two("127.0.0.1:80", "*:80")),
        Is.EqualTo(new[]
        {
            "5:10: error: *:80 of [service.b] overlaps 127.0.0.1:80, which is taken by [service.a] on line 2",
        }));

    [Test]
    public void Parse_OverlappingRanges_IsOneError() => Assert.That(
        Problems(Two("0.0.0.0:5000-5100", "127.0.0.1:5050-5150")),
        Is.EqualTo(new[]
        {
            "5:10: error: 127.0.0.1:5050 of [service.b] overlaps 0.0.0.0:5050, which is taken by [service.a] on line 2",
        }));

    [Test]
    public void Parse_TwiceInOneList_IsAnError() => Assert.That(
        Problems("[service.a]\nlisten = [\"*:80\", \"*:80\"]\nbackends = [\"a:1\"]"),
        Is.EqualTo(new[] { "2:19: error: *:80 of [service.a] is already taken by [service.a] on line 2" }));

    [Test]
    public void Parse_ServiceOnDefaultAdminAddress_BlamesTheService() => Assert.That(
        Problems("[service.a]\nlisten = \"*:9191\"\nbackends = [\"a:1\"]"),
        Is.EqualTo(new[]
        {
            "2:10: error: *:9191 of [service.a] overlaps 127.0.0.1:9191, which is taken by [admin] by default",
        }));

    [Test]
    public void Parse_AdminOnServiceAddress_BlamesTheLaterOne() => Assert.That(
        Problems("[admin]\nlisten = \"[::]:80\"\n" + "[service.a]\nlisten = \"127.0.0.1:80\"\nbackends = [\"a:1\"]"),
        Is.EqualTo(new[]
        {
            "4:10: error: 127.0.0.1:80 of [service.a] overlaps *:80, which is taken by [admin] on line 2",
        }));

    [TestCase("tcp", "tcp", 1)]
    [TestCase("udp", "udp", 1)]
    [TestCase("tcp", "udp", 0)]
    [TestCase("udp", "tcp", 0)]
    public void Parse_SameAddress_IsTakenByOneOfAProtocol(string one, string other, int errors) => Assert.That(
        Problems(
            "[service.a]\nlisten = \"*:80\"\nbackends = [\"a:1\"]\nprotocol = \"" + one + "\"\n"
            + "[service.b]\nlisten = \"127.0.0.1:80\"\nbackends = [\"a:1\"]\nprotocol = \"" + other + "\""),
        Has.Length.EqualTo(errors));

    [Test]
    public void Parse_UdpOnTheAdminAddress_IsPossible() => Assert.That(
        Problems("[service.a]\nlisten = \"*:9191\"\nbackends = [\"a:1\"]\nprotocol = \"udp\""), Is.Empty);

    [Test]
    public void Parse_AdminOff_LeavesItsPort() =>
        Assert.That(Problems("[admin]\nlisten = \"\"\n[service.a]\nlisten = \"*:9191\"\nbackends = [\"a:1\"]"),
            Is.Empty);

    private static string Two(string one, string other) =>
        $"[service.a]\nlisten = \"{one}\"\nbackends = [\"a:1\"]\n"
        + $"[service.b]\nlisten = \"{other}\"\nbackends = [\"a:1\"]";

    private static ListenAddress Listen(string text)
    {
        Assert.That(AddressSyntax.ParseListen(text, out IReadOnlyList<ListenAddress> addresses), Is.Null);
        return addresses.Single();
    }
}
