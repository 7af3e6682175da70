using System.Buffers.Binary;

namespace L4Balancer.Discovery;

/// <summary>
/// Reads a message of DNS from its start on. Whatever the bytes are, it throws nothing, and a name takes a bounded
/// number of steps.
/// </summary>
internal ref struct DnsReader(ReadOnlySpan<byte> message)
{
    private const int LongestName = 254; // With the length of each label, without the root's.
    private const int LongestLabel = 63;
    private const int MostJumps = 32; // Servers need one for a name; each goes back in the message.
    private const int PointerMark = 0xC0;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>Where the next read begins.</summary>
    public int Offset { get; private set; }

    /// <summary>Reads a number of 16 bits.</summary>
    public bool TryRead(out ushort value)
    {
        value = 0;
        if (_message.Length - Offset < sizeof(ushort)) return false;

        value = BinaryPrimitives.ReadUInt16BigEndian(_message[Offset..]);
        Offset += sizeof(ushort);
        return true;
    }

    /// <summary>Reads so many bytes.</summary>
    public bool TryRead(int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (_message.Length - Offset < count) return false;

        bytes = _message.Slice(Offset, count);
        Offset += count;
        return true;
    }

    /// <summary>
    /// Reads a name, in lower case and without a dot at the end; the root is empty. What no host's name has in it is
    /// a question mark, so that such a name is nobody's.
    /// </summary>
    public bool TryReadName(out string name)
    {
        name = "";
        Span<char> signs = stackalloc char[LongestName];
        int length = 0;
        int at = Offset;
        int limit = at; // A jump leads to before where this part of the name begins, or it might lead here again.
        int end = -1;
        for (int jumps = 0; ;)
        {
            if (at >= _message.Length) return false;

            int size = _message[at];
            if (size >= PointerMark)
            {
                if (at + 1 >= _message.Length || ++jumps > MostJumps) return false;
                if (end < 0) end = at + 2;
                at = ((size - PointerMark) << 8) | _message[at + 1];
                if (at >= limit) return false;
                limit = at;
                continue;
            }

            at++;
            if (size == 0) break;
            bool fits = size <= LongestLabel && size <= _message.Length - at && length + size + 1 <= LongestName;
            if (!fits) return false;

            if (length > 0) signs[length++] = '.';
            foreach (byte sign in _message.Slice(at, size)) signs[length++] = Sign(sign);
            at += size;
        }

        Offset = end < 0 ? at : end;
        name = new string(signs[..length]);
        return true;
    }

    private static char Sign(byte value)
    {
        char sign = char.ToLowerInvariant((char)value);
        return char.IsAsciiLetterOrDigit(sign) || sign is '-' or '_' ? sign : '?';
    }
}
