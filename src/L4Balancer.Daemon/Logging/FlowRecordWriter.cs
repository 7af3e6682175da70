using System.Text;
using L4Balancer.Config;
using L4Balancer.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Logging;

/// <summary>
/// Writes the records of ended flows to standard output. It polls, so that the data path never waits for it: while the
/// output does not take any, records wait in the shards' rings, and what does not fit there is dropped and counted.
/// </summary>
internal sealed class FlowRecordWriter(
    Func<Action<FlowRecord>, int> takeRecords, Func<long> dropped, FlowOutput output, TimeProvider time, ILogger logger)
    : IHostedService, IDisposable
{
    /// <summary>Text that is collected before it is written.</summary>
    private const int WriteCharacters = 64 * 1024;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DropReportInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastWriteTime = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly StringBuilder _text = new(WriteCharacters);
    private Stream _stream = output.Stream;
    private Task _writing = Task.CompletedTask;
    private long _droppedReported;
    private long _lastDropReport;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _lastDropReport = time.GetTimestamp() - (long)(DropReportInterval.TotalSeconds * time.TimestampFrequency);
        _writing = Task.Run(WriteLoopAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Writes what is left, unless the output is stuck: then the process ends without it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        Task first = await Task.WhenAny(_writing, Task.Delay(LastWriteTime, time, cancellationToken));
        if (first != _writing) logger.FlowOutputStuck(LastWriteTime);
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task WriteLoopAsync()
    {
        using PeriodicTimer timer = new(PollInterval, time);
        bool isLast;
        do
        {
            Task tick = timer.WaitForNextTickAsync(_stop.Token).AsTask();
            await tick.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // Asked before: what the drain ends while this writes is written after the stop.
            isLast = _stop.IsCancellationRequested;
            WriteWaiting();
        }
        while (!isLast);
    }

    private void WriteWaiting()
    {
        takeRecords(Append);
        Flush();
        ReportDrops();
    }

    private void Append(FlowRecord record)
    {
        FlowLines.Append(_text, output.Format, record, time.GetUtcNow() - time.GetElapsedTime(record.EndedTimestamp));
        if (_text.Length >= WriteCharacters) Flush();
    }

    private void Flush()
    {
        if (_text.Length == 0) return;
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(_text.ToString()));
            _stream.Flush();
        }
        catch (IOException failure)
        {
            logger.FlowOutputFailed(failure.Message);
            _stream = Stream.Null;
        }

        _text.Clear();
    }

    private void ReportDrops()
    {
        long now = dropped();
        if (now == _droppedReported || time.GetElapsedTime(_lastDropReport) < DropReportInterval) return;

        logger.FlowRecordsDropped(now - _droppedReported, now);
        _droppedReported = now;
        _lastDropReport = time.GetTimestamp();
    }
}

/// <summary>Where flow records go and how they look.</summary>
/// <param name="Stream">Takes the lines; may block.</param>
/// <param name="Format">The form of the lines, resolved.</param>
internal sealed record FlowOutput(Stream Stream, LogFormat Format);
