using L4Balancer.Config;
using L4Balancer.Daemon.Configuration;
using L4Balancer.Tests.Processes;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>How backends by names and files are written, and what is wrong with others.</summary>
internal sealed class ResolveKeysTests
{
    private const string Own = "[service.web]\nlisten = \"*:80\"\n";

    private static PoolConfig Pool(string keys, string defaults = "") =>
        Good($"[defaults]\n{defaults}\n{Own}{keys}").Services.Single().Pool;

    [Test]
    public void Parse_Keys_AreThePoolsElseTheDefaultsElseTheRecords()
    {
        ResolveConfig own = Pool(
            "backends = [\"a:1\"]\nresolve = \"5s\"\nresolver = [\"10.0.0.53:53\", \"[2001:db8::53]:5353\"]",
            "resolve = \"7s\"\nresolve_hold = \"0s\"").Names;

        Assert.That((own.Interval, own.Hold), Is.EqualTo((TimeSpan.FromSeconds(5), TimeSpan.Zero)));
        Assert.That(
            own.Servers.Select(static one => one.ToString()), Is.EqualTo(["10.0.0.53:53", "[2001:db8::53]:5353"]));
        Assert.That(Pool("backends = [\"a:1\"]").Names, Is.EqualTo(new ResolveConfig()));
    }

    [TestCase("\"srv+_web._tcp.a.test\"", "_web._tcp.a.test")]
    [TestCase("{ address = \"srv+_web._tcp.a.test\", name = \"web\", zone = \"z\" }", "web")]
    public void Parse_Srv_IsABackendWithoutAPort(string backend, string name)
    {
        BackendConfig srv = Pool($"backends = [{backend}]").Backends.Single();

        Assert.That((srv.Name, srv.Host, srv.Port), Is.EqualTo((name, "_web._tcp.a.test", (ushort)0)));
    }

    [TestCase("backends = [\"srv+_web._tcp.a.test:80\"]",
        "3:13: error: \"srv+_web._tcp.a.test:80\" has a port, which SRV records say themselves; "
        + "write \"srv+_web._tcp.a.test\"")]
    [TestCase("backends = [\"srv+\"]",
        "3:13: error: \"srv+\" is not the name of SRV records; write \"srv+_web._tcp.example.net\"")]
    [TestCase("backends = [{ address = \"srv+a.test\", weight = 2 }]",
        "3:48: error: SRV records say weight and priority of each of their servers themselves; remove them")]
    [TestCase("backends = [\"a:1\"]\nresolve = \"10ms\"",
        "4:11: error: 'resolve' must be \"0s\", for once, or at least \"100ms\", not \"10ms\"")]
    [TestCase("backends = [\"a:1\"]\nresolver = [\"ns.test:53\"]",
        "4:13: error: \"ns.test:53\" is a host name; a listen address must be a literal one of this host, "
        + "such as \"0.0.0.0:80\", \"[::]:443\" or \"*:80\"")]
    [TestCase("backends = [\"a:1\"]\nresolver = [53]",
        "4:13: error: 'resolver' must be a list of addresses with ports, as in [\"10.0.0.53:53\"], not of an integer")]
    [TestCase("backends = [\"a:1\"]\nbackends_file = \"a\\nb\"",
        "4:17: error: 'backends_file' is not the name of a file")]
    [TestCase("backends = []", "3:12: error: [service.web] needs at least one backend")]
    [TestCase("backends_file = \"\"",
        "1:10: error: [service.web] has no backends; write backends = [\"ADDRESS:PORT\"] or pool = \"NAME\"")]
    public void Parse_Wrong_SaysWhatAndWhere(string keys, string problem) =>
        Assert.That(Problems(Own + keys), Is.EqualTo([problem]));

    [Test]
    public void Parse_FileAsADefault_IsRefused() => Assert.That(
        Problems($"[defaults]\nbackends_file = \"a\"\n{GoodService}"),
        Is.EqualTo(["2:1: error: 'backends_file' cannot be a default; write it in each [service.NAME]"]));

    [Test]
    public void Load_FileBesideTheConfiguration_IsFoundThereAndItsFaultsAreWarnings()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["l4b.toml"], Own + "backends_file = \"web.json\"\n");
        Assert.That(Problem(), Does.EndWith("web.json: there is no such file; no backend of it is used as it is"));

        File.WriteAllText(folder["web.json"], "10.0.0.1:80\n10.0.0.2\n");
        Assert.That(Problem(), Does.Contain($"{folder["web.json"]}:2:1: \"10.0.0.2\" has no port"));

        File.WriteAllText(folder["web.json"], "10.0.0.1:80\n");
        ConfigFile good = ConfigFile.Load(folder["l4b.toml"]);
        Assert.That(good.Problems, Is.Empty);
        Assert.That(good.Config!.Services[0].Pool.BackendsFile, Is.EqualTo(folder["web.json"]));

        string Problem()
        {
            ConfigFile file = ConfigFile.Load(folder["l4b.toml"]);
            Assert.That(file.Config, Is.Not.Null, "it starts nevertheless");
            ConfigProblem only = file.Problems.Single();
            Assert.That((only.Severity, only.Position?.Line), Is.EqualTo((ProblemSeverity.Warning, (int?)3)));
            return only.Message;
        }
    }
}
