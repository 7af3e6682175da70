using System.Buffers;
using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>How the reading of an answer ended.</summary>
internal enum AnswerEnd
{
    /// <summary>It has what was expected.</summary>
    Expected,

    /// <summary>The stream ended before.</summary>
    Closed,

    /// <summary>As much as is read has come without it.</summary>
    Full,
}

/// <summary>
/// The beginning of what a backend answers. Bounded in bytes, and in the pieces that they come in: each is looked
/// through anew. One user at a time.
/// </summary>
internal sealed class AnswerBuffer : IDisposable
{
    /// <summary>Part of an answer that is read.</summary>
    public const int MostBytes = 16_384;

    private const int MostPieces = 1000;

    private readonly byte[] _bytes = ArrayPool<byte>.Shared.Rent(MostBytes);
    private int _count;
    private int _pieces;

    /// <summary>What has come.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

    /// <summary>What comes next begins another answer.</summary>
    public void Clear() => _count = 0;

    /// <summary>Takes away the beginning of what has come.</summary>
    public void Drop(int count)
    {
        _bytes.AsSpan(count, _count - count).CopyTo(_bytes);
        _count -= count;
    }

    /// <summary>Reads until so many bytes have come and what is expected is among them.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="OperationCanceledException">The deadline came first.</exception>
    public async Task<AnswerEnd> ReadAsync(
        Stream stream, AnswerPattern expected, int minBytes, CancellationToken deadline)
    {
        while (_count < minBytes || !expected.IsIn(Bytes))
        {
            if (await ReadMoreAsync(stream, deadline) is { } end) return end;
        }

        return AnswerEnd.Expected;
    }

    /// <summary>Reads what comes next.</summary>
    /// <returns>Null where something came; otherwise why nothing did.</returns>
    /// <inheritdoc cref="ReadAsync"/>
    public async ValueTask<AnswerEnd?> ReadMoreAsync(Stream stream, CancellationToken deadline)
    {
        if (_count == MostBytes || _pieces == MostPieces) return AnswerEnd.Full;

        int read = await stream.ReadAsync(_bytes.AsMemory(_count, MostBytes - _count), deadline);
        if (read == 0) return AnswerEnd.Closed;

        _count += read;
        _pieces++;
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);
}
