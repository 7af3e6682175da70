using System.Security.Cryptography;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>curl to nginx.</summary>
public sealed class CurlTests
{
    private const int LargeBody = 50 * 1024 * 1024;

    private string _curl = "";
    private TempFolder _folder = null!;
    private NginxServer _nginx = null!;
    private DaemonProcess _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _curl = RealProgram.Find("curl");
        _nginx = await NginxServer.StartAsync();
        _daemon = await DaemonProcess.StartAsync(new DaemonFile(_nginx.EndPoint));
        _folder = new TempFolder();
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        if (_nginx is not null) await _nginx.DisposeAsync();
        _folder?.Dispose();
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(100 * 1024)]
    [TestCase(LargeBody)]
    public async Task Curl_BodyOfAnySize_ArrivesWhole(int size)
    {
        string source = RandomFile(_nginx.Files, $"down-{size}", size);
        string target = _folder[$"down-{size}"];

        await ChildProcess.RunAsync(_curl, "-sSf", "-o", target, Url($"down-{size}"));

        Assert.That(Digest(target), Is.EqualTo(Digest(source)));
    }

    [Test]
    public async Task Curl_ServerClosesAfterAnswer_BodyArrivesWhole()
    {
        string source = RandomFile(_nginx.Files, "old", 3 * 1024 * 1024);

        await ChildProcess.RunAsync(_curl, "-sSf", "-0", "-o", _folder["old"], Url("old"));

        Assert.That(Digest(_folder["old"]), Is.EqualTo(Digest(source)));
    }

    [Test]
    public async Task Curl_SeveralRequests_TakeOneConnection()
    {
        string source = RandomFile(_nginx.Files, "again", 10_000);
        string[] targets = [_folder["again-1"], _folder["again-2"], _folder["again-3"]];
        string[] requests = [.. targets.SelectMany(target => (string[])["-o", target, Url("again")])];

        string connects = await ChildProcess.RunAsync(_curl, ["-sSf", "-w", "%{num_connects}\\n", .. requests]);

        Assert.Multiple(() =>
        {
            Assert.That(connects, Is.EqualTo("1\n0\n0"));
            Assert.That(targets.Select(Digest), Is.All.EqualTo(Digest(source)));
        });
    }

    [TestCase(1)]
    [TestCase(LargeBody)]
    public async Task Curl_UploadOfAnySize_ArrivesWhole(int size)
    {
        string source = RandomFile(_folder.Path, $"up-{size}", size);

        await ChildProcess.RunAsync(_curl, "-sSf", "-T", source, Url($"put/up-{size}"));

        Assert.That(Digest(Path.Combine(_nginx.Files, $"put/up-{size}")), Is.EqualTo(Digest(source)));
    }

    private string Url(string path) => $"http://{_daemon.Address}/{path}";

    private static string RandomFile(string folder, string name, int size)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllBytes(path, RandomNumberGenerator.GetBytes(size));
        return path;
    }

    private static string Digest(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
}
