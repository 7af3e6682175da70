using System.Buffers.Text;

namespace L4Balancer.Health;

/// <summary>Puts the chunks of a body together (RFC 9112, 7.1).</summary>
internal static class HttpChunks
{
    /// <summary>How far it came.</summary>
    internal enum State
    {
        /// <summary>More must come.</summary>
        Partial,

        /// <summary>The last chunk is there.</summary>
        Whole,

        /// <summary>These are no chunks.</summary>
        Broken,
    }

    /// <summary>Copies the content of the chunks.</summary>
    /// <param name="chunks">The chunks so far, from the first one on.</param>
    /// <param name="body">Room for as many bytes.</param>
    /// <param name="count">The bytes of the body.</param>
    public static State Join(ReadOnlySpan<byte> chunks, Span<byte> body, out int count)
    {
        count = 0;
        while (true)
        {
            int end = chunks.IndexOf((byte)'\n');
            if (end < 0) return State.Partial;

            ReadOnlySpan<byte> line = chunks[..end].TrimEnd((byte)'\r');
            int extension = line.IndexOf((byte)';');
            ReadOnlySpan<byte> digits = (extension < 0 ? line : line[..extension]).TrimEnd((byte)' ');
            bool isSize = Utf8Parser.TryParse(digits, out int size, out int read, 'x') && read == digits.Length;
            if (!isSize || size < 0) return State.Broken;
            if (size == 0) return State.Whole; // What follows are trailers.

            chunks = chunks[(end + 1)..];
            int here = Math.Min(size, chunks.Length);
            chunks[..here].CopyTo(body[count..]);
            count += here;
            chunks = chunks[here..];
            if (chunks.Length < 2) return State.Partial;
            if (!chunks.StartsWith("\r\n"u8)) return State.Broken;

            chunks = chunks[2..];
        }
    }
}
