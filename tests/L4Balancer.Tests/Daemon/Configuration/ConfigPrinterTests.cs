using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Config;
using L4Balancer.Daemon.Configuration;
using L4Balancer.Tests.Config;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>What is printed reads back as the same.</summary>
internal sealed class ConfigPrinterTests
{
    [Test]
    public void Print_AnyConfiguration_ReadsBackTheSame() => Prop
        .ForAll(GeneratedConfigs.Any, config =>
        {
            ConfigFile file = Parse(ConfigPrinter.Print(config));
            string difference = file.Config is { } read
                ? string.Join('\n', ConfigDiff.Between(config, read).Changes)
                : string.Join('\n', file.Problems);
            bool isGood = file.Problems.All(static one => one.Severity == ProblemSeverity.Warning); // No such files.
            return (isGood && ConfigDiff.Between(config, file.Config!).IsEmpty).Label(difference);
        })
        .QuickCheckThrowOnFailure();

    [Test]
    public void Print_Example_ReadsBackTheSame([Values] bool everyKey)
    {
        BalancerConfig config = Good(everyKey ? ExampleWithEveryKey : Example);

        BalancerConfig read = Good(ConfigPrinter.Print(config));

        Assert.That(ConfigDiff.Between(config, read).IsEmpty, Is.True);
        Assert.That(
            read.Services.Select(static service => service.Pool).Distinct(ReferenceEqualityComparer.Instance).Count(),
            Is.EqualTo(config.Services.Select(static service => service.Pool.Name).Distinct().Count()));
    }

    [Test]
    public void Print_EveryKeyOfAProtocol_StandsThere()
    {
        string printed = ConfigPrinter.Print(Good(ExampleWithEveryKey));
        string[] keys =
        [
            .. KnownKeys("global"), .. KnownKeys("log"), .. KnownKeys("admin"),
            .. KnownKeys("service.web.timeouts").Select(static key => $"timeouts.{key}"),
            .. KnownKeys("service.dns.udp").Select(static key => $"udp.{key}"),
            .. KnownKeys("service.dns.health").Except(["tls", "command"]).Select(static key => $"health.{key}"),
            .. KnownKeys("service.secure.health.tls").Select(static key => $"health.tls.{key}"),
            .. KnownKeys("service.web.ejection").Select(static key => $"ejection.{key}"),
            "retry.attempts", "drain.timeout", "listen", "pool", "backends", "backlog", "freebind", "max_connections",
        ];

        Assert.That(keys, Has.All.Matches<string>(key => printed.Contains($"\n{key} = ", StringComparison.Ordinal)));
    }

    [Test]
    public void Print_ThreeLines_LooksLikeWhatAnOperatorWrites() => Assert.That(
        ConfigPrinter.Print(Good("[service.web]\nlisten = \"0.0.0.0:80-81\"\nbackends = [\"10.0.0.1:80\"]")),
        Does.Contain("\n[service.web]\nlisten = \"0.0.0.0:80-81\"\nprotocol = \"tcp\"\n")
            .And.Contains("\ntimeouts.idle = \"10m\"\n")
            .And.Contains("\nbackends = [\n  { address = \"10.0.0.1:80\", name = \"10.0.0.1:80\", weight = 1, ")
            .And.EndsWith(" },\n]\n"));
}
