using System.Text;
using L4Balancer.Config;
using L4Balancer.Discovery;
using NUnit.Framework;

namespace L4Balancer.Tests.Discovery;

/// <summary>What a file with backends says, and what is wrong with one.</summary>
public sealed class BackendsFileTests
{
    private static BackendsFile Parse(string text) => BackendsFile.Parse("web.json", Encoding.UTF8.GetBytes(text));

    [Test]
    public void Parse_AddressesAndObjects_AreBackends()
    {
        BackendsFile file = Parse(
            "# made by hand\n\n10.0.0.1:80\r\n  [2001:db8::1]:80\t\n\"10.0.0.2:80\"\nweb.test:80\nsrv+_w._tcp.test\n"
            + "{\"address\": \"10.0.0.3:80\", \"name\": \"c\", \"weight\": 0, \"max_connections\": 9}\n"
            + "{ \"weight\":256, \"zone\":\"z\", \"priority\": 3, \"name\":\"d\", \"address\":\"10.0.0.4:80\" }\n");

        Assert.That(file.Problem, Is.Null);
        Assert.That(
            file.Backends.Select(static one => (one.Name, one.Host, one.Port, one.Weight, one.MaxConnections)),
            Is.EqualTo(((string, string, ushort, int, int)[])
            [
                ("10.0.0.1:80", "10.0.0.1", 80, 1, 0), ("[2001:db8::1]:80", "2001:db8::1", 80, 1, 0),
                ("10.0.0.2:80", "10.0.0.2", 80, 1, 0), ("web.test:80", "web.test", 80, 1, 0),
                ("_w._tcp.test", "_w._tcp.test", 0, 1, 0), ("c", "10.0.0.3", 80, 0, 9), ("d", "10.0.0.4", 80, 256, 0),
            ]));
        Assert.That(file.Backends.Select(static one => one.Source), Is.All.EqualTo("web.json"));
    }

    [Test]
    public void Parse_OnlyAComment_IsNoBackend() =>
        Assert.That(Parse("# none today\n"), Has.Property("Problem").Null.And.Property("Backends").Empty);

    [TestCase("", "web.json: the file is empty; one that is to have no backend has a line with #")]
    [TestCase("10.0.0.1:80\n10.0.0.2:8", "web.json:2:1: the last line has no end; it may be written still")]
    [TestCase("10.0.0.1:80\n 10.0.0.2\n", "web.json:2:2: \"10.0.0.2\" has no port; write \"10.0.0.2:PORT\"")]
    [TestCase("10.0.0.1:80\n10.0.0.1:80\n",
        "web.json:2:1: \"10.0.0.1:80\" is the name of the backend on line 1 too; give one of them another \"name\"")]
    [TestCase("[\n", "web.json:1:1: each backend is an address or an object on a line of its own; "
        + "a list around them is not possible")]
    [TestCase("{\n", "web.json:1:2: the line ends within the object; each object stands on one line")]
    [TestCase("{\"address\": \"10.0.0.1:80\"},\n", "web.json:1:27: this is not JSON")]
    [TestCase("{\"adress\": \"10.0.0.1:80\"}\n",
        "web.json:1:12: unknown key \"adress\"; known here: "
        + "address, name, weight, max_connections, priority, backup, zone")]
    [TestCase("{\"address\": \"a:1\", \"address\": \"a:1\"}\n", "web.json:1:20: \"address\" stands here twice")]
    [TestCase("{\"address\": 80}\n", "web.json:1:13: \"address\" must be a string")]
    [TestCase("{\"name\": \"a\"}\n", "web.json:1:13: the object has no \"address\": \"host:port\"")]
    [TestCase("{\"address\": \"a:1\", \"name\": \"a b\"}\n",
        "web.json:1:28: the name \"a b\" has characters other than letters, digits and - _ . : / @ % [ ]")]
    [TestCase("{\"address\": \"a:1\", \"weight\": 257}\n",
        "web.json:1:30: \"weight\" must be a whole number from 0 to 256")]
    [TestCase("{\"address\": \"a:1\", \"weight\": 1.5}\n",
        "web.json:1:30: \"weight\" must be a whole number from 0 to 256")]
    [TestCase("{\"address\": \"srv+_a._tcp.b\", \"weight\": 2}\n",
        "web.json:1:41: SRV records say weight and priority of each of their servers themselves; remove them")]
    [TestCase("\"\\ud800\"\n", "web.json:1:1: the line has a string that is no text")]
    public void Parse_Wrong_SaysWhereAndWhat(string text, string problem)
    {
        BackendsFile file = Parse(text);

        Assert.That(file.Problem, Is.EqualTo(problem));
        Assert.That(file.Backends, Is.Empty);
    }

    [Test]
    public void Parse_MoreThanAPoolHolds_IsRefused()
    {
        StringBuilder text = new();
        for (int i = 0; i <= PoolConfig.MaxBackends; i++) text.Append($"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}:80\n");

        Assert.That(
            Parse(text.ToString()).Problem, Is.EqualTo("web.json:65537:1: a pool holds at most 65536 backends"));
    }

    [Test]
    public void Load_NoFileAFolderOrAHugeFile_IsAProblem()
    {
        using Processes.TempFolder folder = new();
        using (FileStream huge = File.Create(folder["huge"])) huge.SetLength(BackendsFile.MostBytes + 1);

        Assert.That(BackendsFile.Load(folder["none"]).Problem, Is.EqualTo($"{folder["none"]}: there is no such file"));
        Assert.That(BackendsFile.Load(folder.Path).Problem, Does.Contain("it is a directory"));
        Assert.That(BackendsFile.Load("/dev/zero").Problem, Is.EqualTo("/dev/zero: this is no file that has an end"));
        Assert.That(BackendsFile.Load(folder["huge"]).Problem, Does.EndWith("larger than 16 MiB"));
    }

    /// <summary>Half of a file, or one with bytes changed, throws nothing; a prefix never has a cut backend.</summary>
    [Test]
    public void Parse_DamagedFiles_NothingIsThrownAndNoBackendIsCut()
    {
        const string Good =
            "10.0.0.1:8080\n{\"address\": \"10.0.0.3:80\", \"name\": \"c\", \"weight\": 12}\nsrv+_w._tcp.test\n";
        byte[] bytes = Encoding.UTF8.GetBytes(Good);
        IReadOnlyList<BackendConfig> whole = Parse(Good).Backends;
        for (int length = 0; length <= bytes.Length; length++)
        {
            BackendsFile prefix = BackendsFile.Parse("web.json", bytes.AsSpan(0, length));
            Assert.That(prefix.Backends, Is.EqualTo(whole.Take(prefix.Backends.Count)));
        }

        Random random = new(1);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = [.. bytes];
            for (int n = random.Next(1, 5); n > 0; n--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            BackendsFile read = BackendsFile.Parse("web.json", damaged);
            Assert.That(read.Problem is null || read.Backends.Count == 0);
        }
    }
}
