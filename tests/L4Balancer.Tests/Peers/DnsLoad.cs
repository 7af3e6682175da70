using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>dnsperf while it asks for <c>who.test</c> again and again, from several sockets.</summary>
internal sealed partial class DnsLoad : IAsyncDisposable
{
    /// <summary>Queries that wait for their answers at most, over all sockets.</summary>
    public const int Outstanding = 50;

    /// <summary>Sockets that it asks from, each of them one flow.</summary>
    public const int Sockets = 20;

    private readonly TempFolder _folder = new();
    private readonly ChildProcess _child;

    private DnsLoad(IPEndPoint server, params string[] howLong)
    {
        File.WriteAllText(_folder["queries"], "who.test TXT\n");
        _child = ChildProcess.Start(
            RealProgram.Find("dnsperf"),
            [
                "-s", $"{server.Address}", "-p", $"{server.Port}", "-d", _folder["queries"], "-c", $"{Sockets}",
                "-q", $"{Outstanding}", .. howLong,
            ]);
    }

    /// <summary>
    /// Asks so many queries a second until it is ended. A query is lost when it has no answer for 5 s.
    /// </summary>
    public static DnsLoad Start(IPEndPoint server, int rate) => new(server, "-Q", $"{rate}", "-l", "60");

    /// <summary>Asks so many queries, as fast as they are answered.</summary>
    public static async Task<DnsLoadResult> RunAsync(IPEndPoint server, int queries)
    {
        await using DnsLoad load = new(server, "-n", $"{queries}");
        return await load.ResultAsync();
    }

    /// <summary>Has it stop asking.</summary>
    public Task<DnsLoadResult> EndAsync()
    {
        _child.Signal(ChildProcess.SigInt);
        return ResultAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _child.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<DnsLoadResult> ResultAsync()
    {
        int code = await _child.ExitAsync();
        string said = string.Join('\n', [.. _child.Output, .. _child.Errors]);
        TestContext.Out.WriteLine(said);
        Assert.That(code, Is.Zero, said);
        Dictionary<string, int> counts = Count().Matches(said).ToDictionary(
            static count => count.Groups[1].Value,
            static count => int.Parse(count.Groups[2].Value, CultureInfo.InvariantCulture));
        return new DnsLoadResult(
            counts["Queries sent"], counts["Queries completed"], counts["Queries lost"],
            counts.GetValueOrDefault("Queries interrupted"), counts.GetValueOrDefault("NOERROR"));
    }

    [GeneratedRegex(@"(Queries \w+|NOERROR):? +(\d+)\b(?!\.)")]
    private static partial Regex Count();
}

/// <summary>What dnsperf says at its end.</summary>
/// <param name="Sent">Queries sent.</param>
/// <param name="Completed">Queries answered.</param>
/// <param name="Lost">Queries without an answer for too long.</param>
/// <param name="Interrupted">Queries that waited for their answers when it was ended.</param>
/// <param name="Good">Answers without an error.</param>
internal sealed record DnsLoadResult(int Sent, int Completed, int Lost, int Interrupted, int Good);
