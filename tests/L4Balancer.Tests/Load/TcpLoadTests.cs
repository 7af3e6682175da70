using System.Globalization;
using System.Text.RegularExpressions;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Load;

/// <summary>The TCP loads as the programs that they are, each against its server, without a balancer.</summary>
public sealed partial class TcpLoadTests
{
    private const string Latencies = @"rate \S+ p50 \S+ p99 \S+ p999 \S+ max \S+";
    private const string Times = @"seconds \S+ user \d+ system \d+";

    private static readonly string Program = Path.Combine(
        Path.GetDirectoryName(DaemonProgram.FullPath)!.Replace("src/L4Balancer.Daemon", "bench/L4Balancer.Bench"),
        "L4Balancer.Bench");

    [TestCase("tcp-echo", "tcp-load", "--connections 3", $"^trips (\\d+) {Latencies} {Times}$")]
    [TestCase("tcp-echo", "tcp-load", "--connections 1 --bytes 300000", $"^trips (\\d+) {Latencies} {Times}$")]
    [TestCase("tcp-echo", "tcp-load", "--connections 3 --latencies counted",
        $@"^trips (\d+) {Latencies} {Times} latencies \d+:\d+(,\d+:\d+)*$")]
    [TestCase("tcp-close-server", "tcp-connect", "--concurrency 3",
        $"^connections (\\d+) failed 0 {Latencies} {Times}$")]
    [TestCase("tcp-close-server", "tcp-connect", "--concurrency 3 --close client --bytes 60000 --reply 300000",
        $"^connections (\\d+) failed 0 {Latencies} {Times}$")]
    [TestCase("bulk-sink", "bulk-load", "--connections 3", $"^bytes (\\d+) rate \\S+ {Times}$")]
    public async Task Load_AgainstItsServer_PrintsItsLine(string server, string load, string options, string line)
    {
        (ChildProcess child, string address) = await ServeAsync(server);
        await using ChildProcess serving = child;

        string[] arguments = $"{load} {address} {options} --warm-up 0.1 --seconds 1 --watch {child.Id}".Split(' ');
        string output = await RunAsync(arguments);

        Assert.That(output, Does.Match(line));
        Assert.That(long.Parse(Regex.Match(output, line).Groups[1].Value, CultureInfo.InvariantCulture), Is.Positive);
    }

    [Test]
    public async Task TcpLoad_WithARate_AsksAsManyAsAreDue()
    {
        (ChildProcess child, string address) = await ServeAsync("tcp-echo");
        await using ChildProcess serving = child;

        string output = await RunAsync(
            $"tcp-load {address} --connections 7 --rate 1000 --warm-up 0.1 --seconds 0.5".Split(' '));

        // Each connection may have one under way at the end.
        int trips = int.Parse(Regex.Match(output, "^trips (\\d+) rate ").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.That(trips, Is.InRange(500 - 7, 500), output);
    }

    [Test]
    public async Task TcpLoad_WhatTheServerDidWhileItStoodStill_IsNotLeftOut()
    {
        (ChildProcess child, string address) = await ServeAsync("tcp-echo");
        await using ChildProcess serving = child;
        child.Signal(ChildProcess.SigStop);
        await using ChildProcess load = ChildProcess.Start(
            Program, $"tcp-load {address} --connections 2 --rate 1000 --warm-up 0 --seconds 1".Split(' '),
            DaemonProgram.Runtime);
        await Task.Delay(TimeSpan.FromSeconds(4)); // Longer than the load asks.
        child.Signal(ChildProcess.SigCont);

        Assert.That(await load.ExitAsync(), Is.Zero, string.Join('\n', load.Errors));
        double median = double.Parse(P50().Match(load.Output.Single()).Groups[1].Value, CultureInfo.InvariantCulture);
        int trips = int.Parse(load.Output.Single().Split(' ')[1], CultureInfo.InvariantCulture);
        Assert.That(trips, Is.GreaterThan(900), "of the 1,000 that it asks for in its time");
        Assert.That(median, Is.GreaterThan(500_000));
    }

    private static async Task<(ChildProcess Server, string Address)> ServeAsync(string command)
    {
        ChildProcess server = ChildProcess.Start(Program, [command, "127.0.0.1:0"], DaemonProgram.Runtime);
        await Eventually.TrueAsync(() => server.Output.Count > 0, "the server listens");
        return (server, server.Output.First().Replace("listening ", string.Empty));
    }

    private static async Task<string> RunAsync(string[] arguments)
    {
        await using ChildProcess load = ChildProcess.Start(Program, arguments, DaemonProgram.Runtime);
        int code = await load.ExitAsync();
        Assert.That(code, Is.Zero, string.Join('\n', load.Errors));
        return load.Output.Single();
    }

    [GeneratedRegex(@" p50 (\S+) ")]
    private static partial Regex P50();
}
