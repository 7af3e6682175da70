using System.Net;
using L4Balancer.Tests.Processes;

namespace L4Balancer.Tests.Peers;

/// <summary>dnsmasq as the name server of the zone <c>test</c>, whose answers a test changes while it runs.</summary>
internal sealed class ZoneServer : IAsyncDisposable
{
    private const int SigHup = ChildProcess.SigHup;

    private readonly string _program = RealProgram.Find("dnsmasq");
    private readonly TempFolder _folder = new();
    private string[] _records = [];
    private ChildProcess? _child;

    public IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, UnusedPort.Next());

    /// <summary>Starts it with hosts, as in a hosts file: <c>127.0.0.2 web.test</c>.</summary>
    public static async Task<ZoneServer> StartAsync(params string[] hosts)
    {
        ZoneServer server = new();
        server.Write(hosts);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Has it say other addresses from now on.</summary>
    public void Say(params string[] hosts)
    {
        Write(hosts);
        _child!.Signal(SigHup); // It reads its hosts again.
    }

    /// <summary>Starts it anew with other records beside the hosts, as its options.</summary>
    public async Task StartAgainAsync(params string[] records)
    {
        await KillAsync();
        if (records.Length > 0) _records = records;
        _child = ChildProcess.Start(
            _program,
            [
                "--no-daemon", "--conf-file=/dev/null", $"--port={EndPoint.Port}", "--listen-address=127.0.0.1",
                "--bind-interfaces", "--no-resolv", "--no-hosts", "--cache-size=0", "--local=/test/",
                $"--addn-hosts={_folder["hosts"]}", "--user=root", .. _records,
            ]);
        await _child.ListensAsync(EndPoint);
    }

    /// <summary>Ends it as a crash would.</summary>
    public async Task KillAsync()
    {
        if (_child is not null) await _child.DisposeAsync();
        _child = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }

    /// <summary>What it says once it is started again.</summary>
    public void Write(params string[] hosts) => File.WriteAllLines(_folder["hosts"], hosts);
}
