using System.Buffers;
using System.IO.Pipelines;
using L4Balancer.Interop;

namespace L4Balancer.Shards;

/// <summary>
/// Bytes that wait for a socket that takes no more, in a <see cref="Pipe"/>. Every call ends at once: the pipe never
/// pushes back, since who fills it does not read on before it is empty. One shard's.
/// </summary>
internal sealed class HeldBytes
{
    /// <summary>What a relay holds fits into one segment, so that one send offers all of it.</summary>
    private const int SegmentBytes = 64 * 1024;

    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: 0, minimumSegmentSize: SegmentBytes, useSynchronizationContext: false));

    /// <summary>Nothing waits.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>Adds a copy of bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        IsEmpty = false;
        _pipe.Writer.Write(bytes);
        ValueTask<FlushResult> flush = _pipe.Writer.FlushAsync();
        System.Diagnostics.Debug.Assert(flush.IsCompletedSuccessfully);
        _ = flush.Result; // Gives the operation back to the pipe.
    }

    /// <summary>Sends as much as a socket takes at once.</summary>
    /// <returns>What the send returned; 0 where nothing is held.</returns>
    public SyscallResult SendTo(ShardSocket target)
    {
        if (!_pipe.Reader.TryRead(out ReadResult read)) return SyscallResult.Success(0);

        SyscallResult sent = target.Send(read.Buffer.FirstSpan);
        IsEmpty = sent.Value == read.Buffer.Length;
        _pipe.Reader.AdvanceTo(read.Buffer.GetPosition(sent.Value));
        return sent;
    }

    /// <summary>Empties it for its next use.</summary>
    public void Clear()
    {
        _pipe.Writer.Complete();
        _pipe.Reader.Complete();
        _pipe.Reset();
        IsEmpty = true;
    }
}
