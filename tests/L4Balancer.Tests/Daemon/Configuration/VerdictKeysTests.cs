using L4Balancer.Config;
using L4Balancer.Net;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>The keys that say when backends are probed, what agents are asked, and when they are ejected.</summary>
internal sealed class VerdictKeysTests
{
    private const string Service = "[service.web]\nlisten = \"*:80\"\nbackends = [\"10.0.0.1:80\"]\n";

    [Test]
    public void Parse_EveryKey_ArrivesInItsRecord()
    {
        BalancerConfig config = Good(
            Service + """
            [service.web.health]
            interval_down = "5s"
            interval_transition = "100ms"
            initial = "down"
            source = "10.0.0.9"
            proxy_protocol = "v2"
            agent_port = 9999
            agent_interval = "3s"
            agent_send = "hex:00"
            [service.web.ejection]
            failure_share = 0.25
            min_flows = 7
            window = "1s"
            reinstate = "probe"
            [global]
            max_probes = 9
            """);
        HealthConfig health = config.Services[0].Pool.Health;
        EjectionConfig ejection = config.Services[0].Pool.Ejection;

        Assert.Multiple(() =>
        {
            Assert.That(health.IntervalDown, Is.EqualTo(TimeSpan.FromSeconds(5)));
            Assert.That(health.IntervalTransition, Is.EqualTo(TimeSpan.FromMilliseconds(100)));
            Assert.That(health.Initial, Is.EqualTo(InitialState.Down));
            Assert.That(health.Source, Is.EqualTo(IpAddress.FromV4(0x0A000009)));
            Assert.That(health.ProxyProtocol, Is.EqualTo(ProxyProtocol.V2));
            Assert.That(health.AgentPort, Is.EqualTo(9999));
            Assert.That(health.AgentInterval, Is.EqualTo(TimeSpan.FromSeconds(3)));
            Assert.That(health.AgentSend.ToArray(), Is.EqualTo(new byte[] { 0 }));
            Assert.That(ejection.FailureShare, Is.EqualTo(0.25));
            Assert.That(ejection.MinFlows, Is.EqualTo(7));
            Assert.That(ejection.Window, Is.EqualTo(TimeSpan.FromSeconds(1)));
            Assert.That(ejection.Reinstate, Is.EqualTo(Reinstatement.Probe));
            Assert.That(config.Global.MaxProbes, Is.EqualTo(9));
        });
    }

    [TestCase("health.interval_down = \"9ms\"",
        "4:24: error: 'interval_down' must be 0s, for that of 'interval', or at least 10ms")]
    [TestCase("health.source = \"localhost\"",
        "4:17: error: 'source' must be an address such as \"10.0.0.1\", or \"\", not \"localhost\"")]
    [TestCase("health.source = \"2001:db8::1\"",
        "4:8: error: 'source' is 2001:db8::1, from where no probe reaches 10.0.0.1:80: one is IPv4 and the other IPv6")]
    [TestCase("health.agent_send = \"x\"",
        "4:21: error: 'agent_send' needs an agent; write agent_port = PORT or remove it")]
    [TestCase("health.agent_interval = \"1s\"",
        "4:25: error: 'agent_interval' needs an agent; write agent_port = PORT or remove it")]
    [TestCase("health = { type = \"none\", initial = \"up\" }",
        "4:27: error: 'initial' means nothing where nothing is probed; remove it or write another type")]
    [TestCase("health = { type = \"udp\", send = \"x\", proxy_protocol = \"v1\" }",
        "4:38: error: a probe of type \"udp\" has no connection that 'proxy_protocol' could begin; remove it or write "
        + "another type")]
    [TestCase("health.type = \"none\"\nejection.reinstate = \"probe\"",
        "5:10: error: 'reinstate' waits for a probe, and nothing is probed; write reinstate = \"time\" or another "
        + "type in [….health]")]
    [TestCase("health = { type = \"none\", source = \"10.0.0.2\" }",
        "4:27: error: a probe of type \"none\" has no 'source'; remove it or write another type")]
    [TestCase("ejection.window = \"99ms\"", "4:19: error: 'window' must be at least 100ms, not \"99ms\"")]
    [TestCase("ejection.min_flows = 0", "4:22: error: 'min_flows' must be from 1 to 2147483647, not 0")]
    public void Parse_WhatDoesNotGoTogether_IsAnError(string line, string problem) =>
        Assert.That(Problems(Service + line), Is.EqualTo([problem]));

    [TestCase("health = { type = \"none\", initial = \"probe\", proxy_protocol = \"off\", source = \"\" }")]
    [TestCase("health = { agent_interval = \"0s\", agent_send = \"\" }")]
    [TestCase("health = { type = \"none\", agent_port = 1, agent_send = \"x\", source = \"10.0.0.2\" }")]
    [TestCase("health.interval_down = \"10ms\"")]
    public void Parse_WhatGoesTogether_IsGood(string line) => Assert.That(Problems(Service + line), Is.Empty);
}
