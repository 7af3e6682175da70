using L4Balancer.Config;
using L4Balancer.Net;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>What a UDP service has, and what it cannot have.</summary>
internal sealed class UdpServiceTests
{
    private const string Udp = "[service.dns]\nlisten = \"*:53\"\nbackends = [\"a:1\"]\nprotocol = \"udp\"\n";
    private const string Tcp = "[service.web]\nlisten = \"*:80\"\nbackends = [\"a:1\"]\n";

    private static readonly string[] TcpKeys =
        ["backlog = 7", "timeouts.connect = \"7s\"", "timeouts.half_close = \"7s\""];

    [Test]
    public void Parse_EveryValue_ArrivesInItsRecord()
    {
        ServiceConfig service = Service(
            Udp + "udp = { responses = 1000000, max_sessions = 2147483647, deny_source_ports = [1, 65535] }\n");

        Assert.Multiple(() =>
        {
            Assert.That(service.Protocol, Is.EqualTo(FlowProtocol.Udp));
            Assert.That((service.Udp.Responses, service.Udp.OneWay), Is.EqualTo((1_000_000, false)));
            Assert.That(service.Udp.MaxSessions, Is.EqualTo(int.MaxValue));
            Assert.That(service.Udp.DenySourcePorts, Is.EqualTo(new ushort[] { 1, 65535 }));
            Assert.That(Service(Udp + "udp.one_way = true").Udp.OneWay, Is.True);
        });
    }

    [TestCase("a", "127.0.0.1:53", "127.0.0.1:53", true)]
    [TestCase("a", "0.0.0.0:53", "127.0.0.2:53", true)]
    [TestCase("a", "*:53", "[::1]:53", true)]
    [TestCase("a", "[::]:53", "127.0.0.1:53", false)]
    [TestCase("a", "127.0.0.1:53", "127.0.0.1:54", false)]
    [TestCase("a", "127.0.0.1:53", "127.0.0.2:53", false)]
    [TestCase("b", "127.0.0.1:53", "127.0.0.1:54", true)]
    public void Parse_ServiceLeadsBackToItself_IsAnError(string last, string listen, string backend, bool isLoop)
    {
        string text = $"[service.a]\nlisten = \"{listen}\"\nbackends = [\"{backend}\"]\nprotocol = \"udp\"\n";
        if (last == "b")
        {
            text += $"[service.b]\nlisten = \"{backend}\"\nbackends = [\"{listen}\"]\nprotocol = \"udp\"\n";
        }

        string[] errors = Problems(text);
        Assert.That(errors, Has.Length.EqualTo(isLoop ? last == "b" ? 2 : 1 : 0));
        Assert.That(errors, Is.All.Contains("error: the backend").And.All.Contains("leads back to this service"));
        Assert.That(Problems(text.Replace("\"udp\"", "\"tcp\"", StringComparison.Ordinal)), Is.EqualTo(errors));
    }

    [Test]
    public void Parse_NoUdpTable_IsTheRecordsDefault() =>
        Assert.That(Service(Udp).Udp, Is.EqualTo(new UdpConfig()));

    [Test]
    public void Parse_NoPortsDenied_IsAnEmptyList() =>
        Assert.That(Service(Udp + "udp.deny_source_ports = []").Udp.DenySourcePorts, Is.Empty);

    [Test]
    public void Parse_Defaults_StandBetweenTheServiceAndTheRecord()
    {
        UdpConfig udp = Service(
            "[defaults]\nprotocol = \"udp\"\nudp = { responses = 1, max_sessions = 2, deny_source_ports = [3] }\n"
            + "[service.dns]\nlisten = \"*:53\"\nbackends = [\"a:1\"]\nudp.responses = 9\n").Udp;

        Assert.That((udp.Responses, udp.MaxSessions, udp.DenySourcePorts.Single()), Is.EqualTo((9, 2, 3)));
    }

    [TestCase("", "", 60)]
    [TestCase("", "5s", 5)]
    [TestCase("10m", "", 600)]
    [TestCase("10m", "5s", 5)]
    [TestCase("0s", "5s", 5)]
    public void Parse_Idle_IsTheServicesElseTheDefaultsElseAMinute(string inDefaults, string own, int seconds) =>
        Assert.That(Service(WithIdle(inDefaults, own)).Timeouts.Idle, Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [TestCase("", "0s", "7:17")]
    [TestCase("10m", "0s", "7:17")]
    [TestCase("0s", "", "3:10")]
    public void Parse_IdleNever_IsAnError(string inDefaults, string own, string place) => Assert.That(
        Problems(WithIdle(inDefaults, own)),
        Is.EqualTo(new[]
        {
            $"{place}: error: with idle = \"0s\" UDP sessions would never end; "
            + "write timeouts.idle = \"60s\" in [service.dns]",
        }));

    [TestCaseSource(nameof(TcpKeys))]
    public void Parse_KeyOfTcp_IsAnErrorInAUdpServiceAlone(string key)
    {
        string[] path = key.Split(' ')[0].Split('.');
        string name = path[0] == "timeouts" ? path[1] : path[0];
        int column = path[0] == "timeouts" ? "timeouts.".Length + 1 : 1;

        Assert.Multiple(() =>
        {
            Assert.That(
                Problems(Udp + key),
                Is.EqualTo(new[] { $"5:{column}: error: '{name}' means nothing to a UDP service; remove it" }));
            Assert.That(Problems(Tcp + key), Is.Empty);
            Assert.That(Problems($"[defaults]\n{key}\n{Udp}{Tcp}"), Is.Empty);
        });
    }

    [Test]
    public void Parse_UdpTable_IsAnErrorInATcpServiceAlone()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Problems(Tcp + "[service.web.udp]\nresponses = 1"), Is.EqualTo(new[]
            {
                "4:14: error: 'udp' means nothing to a TCP service; remove it, or write protocol = \"udp\"",
            }));
            Assert.That(Problems("[defaults]\nudp.responses = 1\n" + Udp + Tcp), Is.Empty);
        });
    }

    [TestCase("protocol = \"upd\"\nudp.responses = 1\nbacklog = 7\n", "")]
    [TestCase("udp.responses = 1\nbacklog = 7\n", "protocol = \"upd\"\n")]
    public void Parse_ProtocolMisspelt_IsTheOnlyError(string own, string inDefaults) =>
        Assert.That(Problems($"[defaults]\n{inDefaults}{Tcp}{own}").Single(), Does.Contain("did you mean \"udp\"?"));

    [TestCase("responses = 1\none_way = true", "", "6:13")]
    [TestCase("responses = 1", "one_way = true", "8:13")]
    [TestCase("one_way = true", "responses = 1", "8:11")]
    [TestCase("", "responses = 1\none_way = true", "2:13")]
    public void Parse_ResponsesOfOneWay_IsOneError(string own, string inDefaults, string place) => Assert.That(
        Problems(
            (inDefaults.Length == 0 ? "" : $"[defaults.udp]\n{inDefaults}\n") + $"{Udp}[service.dns.udp]\n{own}\n"),
        Is.EqualTo(new[]
        {
            $"{place}: error: one_way = true leaves no replies that 'responses' could count; "
            + "write responses = 0 or one_way = false",
        }));

    [TestCase("responses = -1", "2:13: error: 'responses' must be from 0 to 1000000, not -1")]
    [TestCase("responses = 1000001", "2:13: error: 'responses' must be from 0 to 1000000, not 1000001")]
    [TestCase("one_way = 1", "2:11: error: 'one_way' must be true or false, not an integer")]
    [TestCase("max_sessions = 2147483648", "2:16: error: 'max_sessions' must be from 0 to 2147483647, not 2147483648")]
    [TestCase("deny_source_ports = 7", "2:21: error: 'deny_source_ports' must be a list of ports, not an integer")]
    [TestCase(
        "deny_source_ports = [7, 65536]",
        "2:25: error: 'deny_source_ports' must be a list of ports from 0 to 65535, not of 65536")]
    [TestCase(
        "deny_source_ports = [\"7\"]",
        "2:22: error: 'deny_source_ports' must be a list of ports from 0 to 65535, not of a string")]
    [TestCase(
        "queue = 1",
        "2:1: error: unknown key 'queue' in [defaults.udp]; known here: responses, one_way, max_sessions, "
        + "deny_source_ports")]
    public void Parse_BadValue_SaysWhatAndWhere(string line, string problem) =>
        Assert.That(Problems($"[defaults.udp]\n{line}{GoodService}"), Is.EqualTo(new[] { problem }));

    private static ServiceConfig Service(string text) => Good(text).Services.Single();

    private static string WithIdle(string inDefaults, string own) =>
        "[defaults]\n" + (inDefaults.Length > 0 ? $"timeouts.idle = \"{inDefaults}\"\n" : "\n")
        + Udp + (own.Length > 0 ? $"timeouts.idle = \"{own}\"\n" : "");
}
