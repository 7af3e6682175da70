using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Config;
using L4Balancer.Tests.Daemon.Configuration;
using NUnit.Framework;

namespace L4Balancer.Tests.Config;

/// <summary>What two configurations differ in, and how it is said.</summary>
internal sealed class ConfigDiffTests
{
    private const string Web =
        """
        [service.web]
        listen = ["0.0.0.0:80", "0.0.0.0:81"]
        backends = ["10.0.0.1:80", "10.0.0.2:80"]

        """;

    private const string Dns =
        """
        [service.dns]
        protocol = "udp"
        listen = "0.0.0.0:53"
        backends = ["10.0.0.1:53", "10.0.0.2:53"]

        """;

    private static IEnumerable<TestCaseData> Lines()
    {
        yield return Case("Listens", Web, ("[\"0.0.0.0:80\", ", "[\"0.0.0.0:80\", \"[::]:80-82\", "),
            "service web: listens also on [::]:80-82");
        yield return Case("ListensNot", Web, ("\"0.0.0.0:80\", ", ""), "service web: no longer listens on 0.0.0.0:80");
        yield return Case("ServiceAdded", Web, ("[service.web]", Dns + "[service.web]"),
            "service dns is added: listens on 0.0.0.0:53, pool dns",
            "pool dns is added: backends 10.0.0.1:53, 10.0.0.2:53");
        yield return Case("ServiceRemoved", "defaults.drain.timeout = \"90s\"\n" + Web + Dns, (Dns, ""),
            "service dns is removed; its flows drain for at most 1m30s", "pool dns is removed");
        yield return Case("ServiceRenamed", Web, ("service.web", "service.w"),
            "service w is added: listens on 0.0.0.0:80-81 (taken over from service web), pool w",
            "service web is removed; its flows drain",
            "pool w is added: backends 10.0.0.1:80, 10.0.0.2:80", "pool web is removed");
        yield return Case("ProtocolChanged", Web, ("listen =", "protocol = \"udp\"\nhealth.type = \"tcp\"\nlisten ="),
            "service web (udp) is added: listens on 0.0.0.0:80-81, pool web",
            "service web (tcp) is removed; its flows drain");
        yield return Case("BackendAdded", Web, ("\"10.0.0.2:80\"", "\"10.0.0.2:80\", \"10.0.0.3:80\""),
            "pool web: backend 10.0.0.3:80 is added");
        yield return Case("BackendNamed", Web,
            ("\"10.0.0.2:80\"", "{ address = \"10.0.0.2:80\", name = \"two\", weight = 2 }"),
            "pool web: backend two (10.0.0.2:80) is added, weight 2",
            "pool web: backend 10.0.0.2:80 is removed; its flows drain");
        yield return Case("BackendRemoved", "defaults.drain.timeout = \"30s\"\n" + Web, (", \"10.0.0.2:80\"", ""),
            "pool web: backend 10.0.0.2:80 is removed; its flows drain for at most 30s");
        yield return Case("BackendOfUdpRemoved", "defaults.drain.timeout = \"30s\"\n" + Dns, (", \"10.0.0.2:53\"", ""),
            "pool dns: backend 10.0.0.2:53 is removed; its flows move to other backends");
        yield return Case("Weight", Web, ("\"10.0.0.2:80\"", "{ address = \"10.0.0.2:80\", weight = 5 }"),
            "pool web: backend 10.0.0.2:80: weight 1 -> 5, for new flows");
        yield return Case("Idle", Web, ("listen =", "timeouts.idle = \"5m\"\nlisten ="),
            "service web: timeouts.idle 10m -> 5m, for new flows");
        yield return Case("IdleOfUdp", Dns, ("listen =", "timeouts.idle = \"5m\"\nlisten ="),
            "service dns: timeouts.idle 1m -> 5m, for all flows");
        yield return Case("Health", Web, ("listen =", "health = { interval = \"1s\", jitter = 0.25 }\nlisten ="),
            "pool web: health.interval 2s -> 1s", "pool web: health.jitter 0.1 -> 0.25");
        yield return Case("Probe", Dns, ("listen =", "health = { type = \"udp\", send = \"a\\r\\nb\" }\nlisten ="),
            "pool dns: health.type none -> udp", "pool dns: health.send \"\" -> \"a\\r\\nb\"");
        yield return Case("Global", Web, ("[service.web]", "[global]\ndrain_notice = \"10s\"\n[service.web]"),
            "global.drain_notice 0s -> 10s");
    }

    [TestCaseSource(nameof(Lines))]
    public void Between_Change_IsOneSentenceEach(string before, string after, string[] lines) => Assert.That(
        ConfigDiff.Between(ConfigTexts.Good(before), ConfigTexts.Good(after)).Changes, Is.EqualTo(lines));

    [Test]
    public void Between_AddressOfANamedBackend_IsAnotherBackend()
    {
        string named = Web.Replace("\"10.0.0.2:80\"", "{ address = \"a:80\", name = \"x\" }");
        BalancerConfig before = ConfigTexts.Good(named);
        BalancerConfig after = ConfigTexts.Good(named.Replace("a:80", "b:80"));

        Assert.That(ConfigDiff.Between(before, after).Changes, Is.EqualTo(new[]
        {
            "pool web: backend x: address a:80 -> b:80; it counts as another backend, and the former's flows drain",
        }));
    }

    [Test]
    public void Between_ListenerThatMoves_NamesItsOwner()
    {
        string before = Web + "[service.api]\nlisten = \"*:1\"\nbackends = [\"a:1\"]";
        string after = before.Replace(", \"0.0.0.0:81\"", "").Replace("\"*:1\"", "[\"*:1\", \"0.0.0.0:81\"]");

        Assert.That(
            ConfigDiff.Between(ConfigTexts.Good(before), ConfigTexts.Good(after)).Changes,
            Is.EqualTo(new[]
            {
                "service web: no longer listens on 0.0.0.0:81",
                "service api: listens also on 0.0.0.0:81 (taken over from service web)",
            }));
    }

    [TestCase("global.shards = 3", "global.shards 0 -> 3 takes effect at the next start")]
    [TestCase("log.level = \"debug\"", "log.level info -> debug takes effect at the next start")]
    [TestCase("log.format = \"json\"", "log.format auto -> json takes effect at the next start")]
    [TestCase("log.flows = \"1/7\"", "log.flows errors -> 1/7 takes effect at the next start")]
    [TestCase("admin.listen = \"\"", "admin.listen 127.0.0.1:9191 -> \"\" takes effect at the next start")]
    [TestCase("admin.socket = \"/a\"",
        "admin.socket /run/l4balancer/admin.sock -> /a takes effect at the next start")]
    [TestCase("defaults.backlog = 5",
        "service web: backlog 4096 -> 5 takes effect for open listeners at the next start")]
    [TestCase("defaults.freebind = true",
        "service web: freebind false -> true takes effect for open listeners at the next start")]
    public void Between_WhatThisProcessCannotChange_IsAWarning(string line, string warning)
    {
        ConfigDiff diff = ConfigDiff.Between(ConfigTexts.Good(Web), ConfigTexts.Good($"{line}\n{Web}"));

        Assert.That((diff.Changes, diff.Warnings), Is.EqualTo((Array.Empty<string>(), new[] { warning })));
    }

    [Test]
    public void Between_BacklogWhereEveryListenerIsNew_IsNoWarning() => Assert.That(
        ConfigDiff.Between(
            ConfigTexts.Good(Web),
            ConfigTexts.Good("defaults.backlog = 5\n" + Web.Replace("0.0.0.0", "127.0.0.1"))).Warnings,
        Is.Empty);

    [Test]
    public void Between_SameContentInOtherOrder_IsEmpty() => Prop
        .ForAll(GeneratedConfigs.Any, config => ConfigDiff.Between(config, Reversed(config)).IsEmpty)
        .QuickCheckThrowOnFailure();

    [Test]
    public void Between_TwoConfigs_IsEmptyOnlyForTheSame() => Prop
        .ForAll(GeneratedConfigs.Any, GeneratedConfigs.Any, (one, other) =>
            ReferenceEquals(one, other) || !ConfigDiff.Between(one, other).IsEmpty)
        .QuickCheckThrowOnFailure();

    [Test]
    public void InForce_AfterAReload_WarnsAgainAndOfNothingElse() => Prop
        .ForAll(GeneratedConfigs.Any, GeneratedConfigs.Any, (now, next) =>
        {
            string[] expected =
                [.. ConfigDiff.Between(now, next).Warnings.Where(static line => !line.StartsWith("service ", default))];
            ConfigDiff again = ConfigDiff.Between(ConfigDiff.InForce(now, next), next);
            return again.Changes.Count == 0 && again.Warnings.SequenceEqual(expected);
        })
        .QuickCheckThrowOnFailure();

    private static TestCaseData Case(
        string name, string before, (string Old, string New) change, params string[] lines) =>
        new TestCaseData(before, before.Replace(change.Old, change.New, StringComparison.Ordinal), lines)
            .SetArgDisplayNames(name);

    private static BalancerConfig Reversed(BalancerConfig config) => config with
    {
        Services =
        [
            .. config.Services.Reverse().Select(service => service with
            {
                Listen = [.. service.Listen.Reverse()],
                Pool = service.Pool with { Backends = [.. service.Pool.Backends.Reverse()] },
                Udp = service.Udp with { DenySourcePorts = [.. service.Udp.DenySourcePorts.Reverse()] },
            }),
        ],
    };
}
