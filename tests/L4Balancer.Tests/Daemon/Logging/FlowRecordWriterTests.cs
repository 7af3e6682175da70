using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using L4Balancer.Config;
using L4Balancer.Daemon.Logging;
using L4Balancer.Net;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Logging;

/// <summary>Flow records on their way to standard output.</summary>
internal sealed class FlowRecordWriterTests
{
    private static readonly DateTimeOffset Ended = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    [Test]
    public void Append_Text_IsKeysAndValues() => Assert.That(Line(LogFormat.Text, Record()), Is.EqualTo(
        "2026-01-02T03:04:05.678Z flow service=web protocol=tcp client=192.0.2.7:50000 "
        + "local=[2001:db8::1]:443 backend=10.0.0.11:8080 reason=client_abort client_bytes=12 server_bytes=3400000000 "
        + "queue_ms=0.25 connect_ms=0.412 duration_ms=61234.5 attempts=2\n"));

    [Test]
    public void Append_Journald_HasAPriorityAndNoTime() =>
        Assert.That(Line(LogFormat.Journald, Record()), Does.StartWith("<6>flow service=web protocol=tcp client="));

    [Test]
    public void Append_Udp_HasTheDatagramsToo()
    {
        FlowRecord tcp = Record();
        FlowRecord udp = tcp with
        {
            Flow = tcp.Flow with { Protocol = FlowProtocol.Udp }, ClientDatagrams = 7, ServerDatagrams = 8,
        };
        JsonElement flow = JsonDocument.Parse(Line(LogFormat.Json, udp)).RootElement;

        Assert.That(
            Line(LogFormat.Text, udp),
            Does.Contain(" protocol=udp ").And.Contain(" client_datagrams=7 server_datagrams=8 connect_ms="));
        Assert.That(Line(LogFormat.Text, tcp), Does.Not.Contain("datagrams"));
        Assert.That(flow.GetProperty("protocol").GetString(), Is.EqualTo("udp"));
        Assert.That(flow.GetProperty("client_datagrams").GetInt64(), Is.EqualTo(7));
        Assert.That(flow.GetProperty("server_datagrams").GetInt64(), Is.EqualTo(8));
    }

    [Test]
    public void Append_NoBackend_IsADash() => Assert.That(
        Line(LogFormat.Text, Record() with { Backend = null }), Does.Contain(" backend=- reason="));

    [Test]
    public void Append_Json_HasTheSameFields()
    {
        JsonElement flow = JsonDocument.Parse(Line(LogFormat.Json, Record() with { Backend = null })).RootElement;

        Assert.Multiple(() =>
        {
            Assert.That(flow.GetProperty("time").GetString(), Is.EqualTo("2026-01-02T03:04:05.678Z"));
            Assert.That(flow.GetProperty("event").GetString(), Is.EqualTo("flow"));
            Assert.That(flow.GetProperty("service").GetString(), Is.EqualTo("web"));
            Assert.That(flow.GetProperty("client").GetString(), Is.EqualTo("192.0.2.7:50000"));
            Assert.That(flow.GetProperty("backend").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(flow.GetProperty("reason").GetString(), Is.EqualTo("client_abort"));
            Assert.That(flow.GetProperty("server_bytes").GetInt64(), Is.EqualTo(3_400_000_000));
            Assert.That(flow.GetProperty("connect_ms").GetDecimal(), Is.EqualTo(0.412m));
            Assert.That(flow.GetProperty("attempts").GetInt32(), Is.EqualTo(2));
        });
    }

    [Test]
    public async Task StopAsync_RecordsWaiting_WritesThemFirst()
    {
        ConcurrentQueue<FlowRecord> waiting = new();
        using MemoryStream output = new();
        using FlowRecordWriter writer = Open(waiting, output);
        await writer.StartAsync(CancellationToken.None);

        for (int i = 0; i < 3000; i++) waiting.Enqueue(Record() with { EndedTimestamp = Stopwatch.GetTimestamp() });
        await writer.StopAsync(CancellationToken.None).Within();

        Assert.That(Encoding.UTF8.GetString(output.ToArray()).Count(character => character == '\n'), Is.EqualTo(3000));
    }

    [Test]
    public async Task StopAsync_WhileItWrites_WhatCameMeanwhileIsWrittenToo()
    {
        ConcurrentQueue<FlowRecord> waiting = new();
        using MemoryStream output = new();
        TaskCompletionSource<Task> stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FlowRecordWriter? writer = null;
        long EndOfFirstWrite()
        {
            if (stopping.Task.IsCompleted) return 0;

            waiting.Enqueue(Record());
            stopping.SetResult(writer!.StopAsync(CancellationToken.None));
            return 0;
        }

        writer = Open(waiting, output, EndOfFirstWrite);
        await writer.StartAsync(CancellationToken.None);
        await (await stopping.Task.Within()).Within();
        writer.Dispose();

        Assert.That(waiting, Is.Empty);
        Assert.That(output.ToArray(), Is.Not.Empty);
    }

    [Test]
    public async Task StopAsync_OutputStuck_EndsWithoutIt()
    {
        ConcurrentQueue<FlowRecord> waiting = new([Record()]);
        using StuckStream output = new();
        using FlowRecordWriter writer = Open(waiting, output);
        await writer.StartAsync(CancellationToken.None);
        await output.Entered.Within();

        await writer.StopAsync(CancellationToken.None).Within();

        output.Release();
    }

    [Test]
    public async Task WriteLoop_OutputClosed_SaysSoOnceAndGoesOnTaking()
    {
        ConcurrentQueue<FlowRecord> waiting = new([Record()]);
        RecordingLogger logger = new();
        using FlowRecordWriter writer = Open(waiting, new ClosedStream(), logger: logger);
        await writer.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => !logger.Lines.IsEmpty, "a message");
        waiting.Enqueue(Record());
        await writer.StopAsync(CancellationToken.None).Within();

        Assert.Multiple(() =>
        {
            Assert.That(waiting, Is.Empty);
            Assert.That(logger.Lines, Is.EqualTo(new[] { "flow records are no longer written: Broken pipe" }));
        });
    }

    [Test]
    public async Task WriteLoop_RecordsDropped_SaysHowMany()
    {
        RecordingLogger logger = new();
        using FlowRecordWriter writer = Open(
            new ConcurrentQueue<FlowRecord>(), new MemoryStream(), dropped: () => 17, logger);
        await writer.StartAsync(CancellationToken.None);
        await writer.StopAsync(CancellationToken.None).Within();

        Assert.That(logger.Lines.Single(), Does.StartWith("17 flow records dropped, 17 since the start"));
    }

    private static FlowRecordWriter Open(
        ConcurrentQueue<FlowRecord> waiting, Stream output, Func<long>? dropped = null, ILogger? logger = null) => new(
            take =>
            {
                int taken = 0;
                for (; waiting.TryDequeue(out FlowRecord? record); taken++) take(record);
                return taken;
            },
            dropped ?? (() => 0),
            new FlowOutput(output, LogFormat.Text),
            TimeProvider.System,
            logger ?? NullLogger.Instance);

    private static string Line(LogFormat format, FlowRecord record)
    {
        StringBuilder text = new();
        FlowLines.Append(text, format, record, Ended);
        return text.ToString();
    }

    private static FlowRecord Record() => new()
    {
        Service = "web",
        Flow = new FlowKey(
            IpEndpoint.From(IPEndPoint.Parse("192.0.2.7:50000")),
            IpEndpoint.From(IPEndPoint.Parse("[2001:db8::1]:443")),
            FlowProtocol.Tcp),
        Backend = "10.0.0.11:8080",
        Reason = CloseReason.ClientAbort,
        ClientBytes = 12,
        ServerBytes = 3_400_000_000,
        Attempts = 2,
        QueueDuration = TimeSpan.FromMicroseconds(250),
        ConnectDuration = TimeSpan.FromMicroseconds(412),
        Duration = TimeSpan.FromMilliseconds(61234.5),
        EndedTimestamp = 0,
    };

    /// <summary>A pipe that nobody reads.</summary>
    private sealed class StuckStream : MemoryStream
    {
        private readonly TaskCompletionSource _entered = new();
        private readonly ManualResetEventSlim _released = new();

        public Task Entered => _entered.Task;

        public void Release() => _released.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _entered.TrySetResult();
            _released.Wait();
        }
    }

    /// <summary>A pipe whose reader has gone.</summary>
    private sealed class ClosedStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Broken pipe");
    }
}
