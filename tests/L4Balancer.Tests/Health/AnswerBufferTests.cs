using L4Balancer.Config;
using L4Balancer.Health;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>The bounds of what is read of an answer.</summary>
public sealed class AnswerBufferTests
{
    private static readonly AnswerPattern Never = AnswerPattern.Of("y"u8.ToArray());

    [TestCase(1, 1000)]
    [TestCase(7, 7000)]
    [TestCase(5000, AnswerBuffer.MostBytes)]
    public async Task Read_EndlessAnswer_IsGivenUpByBytesOrPieces(int piece, int bytes)
    {
        using AnswerBuffer answer = new();
        using Endless stream = new(piece);

        Assert.That(await answer.ReadAsync(stream, Never, 0, CancellationToken.None), Is.EqualTo(AnswerEnd.Full));
        Assert.That(answer.Bytes.Length, Is.EqualTo(bytes));
    }

    [Test]
    public async Task Read_AnswersOfSeveralSteps_ShareTheirPieces()
    {
        using AnswerBuffer answer = new();
        using Endless stream = new(1);
        AnswerPattern any = AnswerPattern.Of("x"u8.ToArray());

        int steps = 0;
        for (; await answer.ReadAsync(stream, any, 1, CancellationToken.None) == AnswerEnd.Expected; steps++)
        {
            answer.Clear();
        }

        Assert.That(steps, Is.EqualTo(1000));
    }

    /// <summary>Gives so many bytes at a time, for ever.</summary>
    private sealed class Endless(int piece) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int given = Math.Min(piece, count);
            buffer.AsSpan(offset, given).Fill((byte)'x');
            return given;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
