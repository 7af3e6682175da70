using System.Net;
using L4Balancer.Tests.Processes;

namespace L4Balancer.Tests.Peers;

/// <summary>
/// dnsmasq as a DNS server of its own little zone, by UDP and TCP on one port of 127.0.0.1: <c>who.test</c> has its
/// name as a TXT record, and <c>big.test</c> one that only TCP has room for.
/// </summary>
internal sealed class DnsServer : IAsyncDisposable
{
    /// <summary>A query for the TXT record of <c>who.test</c>, as a probe sends it.</summary>
    public const string ProbeQuery = $"hex:1234 0100 0001 0000 0000 0000 {ProbedName} 0010 0001";

    /// <summary>The name in the query and in the answer.</summary>
    public const string ProbedName = "03 77686f 04 74657374 00";

    /// <summary>Length of the record of <c>big.test</c>.</summary>
    public const int BigCharacters = BigStrings * BigStringCharacters;

    private const int BigStrings = 8;
    private const int BigStringCharacters = 250;

    private readonly string _program = RealProgram.Find("dnsmasq");
    private ChildProcess? _child;

    private DnsServer(string name) => Name = name;

    /// <summary>What it answers to <c>who.test</c>.</summary>
    public string Name { get; }

    public IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, UnusedPort.Next());

    /// <summary>The process; started anew by <see cref="StartAgainAsync"/>.</summary>
    public ChildProcess Child => _child!;

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<DnsServer> StartAsync(string name)
    {
        DnsServer server = new(name);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it at its old address.</summary>
    public async Task StartAgainAsync()
    {
        string big = string.Join(',', Enumerable.Repeat(new string('x', BigStringCharacters), BigStrings));
        _child = ChildProcess.Start(
            _program,
            [
                "--no-daemon", "--conf-file=/dev/null", $"--port={EndPoint.Port}", "--listen-address=127.0.0.1",
                "--bind-interfaces", "--no-resolv", "--no-hosts", "--cache-size=0",
                $"--txt-record=who.test,{Name}", $"--txt-record=big.test,{big}",
            ]);
        await _child.ListensAsync(EndPoint);
    }

    /// <summary>Ends it as a crash would.</summary>
    public async Task KillAsync()
    {
        if (_child is not null) await _child.DisposeAsync();
        _child = null;
    }

    public async ValueTask DisposeAsync() => await KillAsync();
}
