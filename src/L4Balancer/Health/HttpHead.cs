using System.Buffers.Text;
using System.Text;

namespace L4Balancer.Health;

/// <summary>The head of an HTTP answer: what a probe wants to know of it (RFC 9112).</summary>
/// <param name="Status">The status code.</param>
/// <param name="Bytes">Its length, with the empty line.</param>
/// <param name="IsChunked">The body comes in chunks.</param>
/// <param name="BodyBytes">Length of the body; null where that is not said.</param>
internal readonly record struct HttpHead(int Status, int Bytes, bool IsChunked, long? BodyBytes)
{
    private const int StatusAt = 9; // Behind "HTTP/1.1 ".
    private const int StatusDigits = 3;

    private static ReadOnlySpan<byte> Protocol => "HTTP/1."u8;

    /// <summary>Another answer follows: 100 Continue and its kin.</summary>
    public bool IsInterim => Status is >= 100 and < 200 and not 101;

    /// <summary>Nothing but the end of the connection is the end of the body.</summary>
    public bool EndsByClose => !IsChunked && BodyBytes is null;

    /// <summary>There is no body, whatever the headers say.</summary>
    public bool HasNoBody => Status is < 200 or 204 or 304;

    /// <summary>True where some bytes can be the beginning of an answer.</summary>
    private static bool CanBegin(ReadOnlySpan<byte> bytes)
    {
        int known = Math.Min(bytes.Length, Protocol.Length);
        return bytes[..known].SequenceEqual(Protocol[..known]);
    }

    /// <summary>Reads the head that the bytes begin with.</summary>
    /// <param name="bytes">What has come.</param>
    /// <param name="head">The head.</param>
    /// <returns>Null where more must come, false where it is not one of HTTP.</returns>
    public static bool? TryRead(ReadOnlySpan<byte> bytes, out HttpHead head)
    {
        head = default;
        if (!CanBegin(bytes)) return false;

        int status = 0;
        bool isChunked = false;
        long? bodyBytes = null;
        for (int at = 0; ;)
        {
            int end = bytes[at..].IndexOf((byte)'\n');
            if (end < 0) return null;

            ReadOnlySpan<byte> line = bytes.Slice(at, end).TrimEnd((byte)'\r');
            bool isFirst = at == 0;
            at += end + 1;
            if (isFirst)
            {
                if (!TryReadStatus(line, out status)) return false;
            }
            else if (line.IsEmpty)
            {
                head = new HttpHead(status, at, isChunked, bodyBytes);
                return true;
            }
            else if (!TryReadHeader(line, ref isChunked, ref bodyBytes))
            {
                return false;
            }
        }
    }

    private static bool TryReadStatus(ReadOnlySpan<byte> line, out int status)
    {
        status = 0;
        return line.Length >= StatusAt + StatusDigits && line[StatusAt - 1] == ' '
            && Utf8Parser.TryParse(line.Slice(StatusAt, StatusDigits), out status, out int read)
            && read == StatusDigits && status is >= 100 and <= 999
            && (line.Length == StatusAt + StatusDigits || line[StatusAt + StatusDigits] == ' ');
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> line, ref bool isChunked, ref long? bodyBytes)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0) return false;

        ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t"u8);
        if (Ascii.EqualsIgnoreCase(line[..colon], "transfer-encoding"u8))
        {
            isChunked = Ascii.EqualsIgnoreCase(value, "chunked"u8);
            return isChunked;
        }

        if (!Ascii.EqualsIgnoreCase(line[..colon], "content-length"u8)) return true;

        bool isNumber = Utf8Parser.TryParse(value, out long length, out int read) && read == value.Length;
        if (!isNumber || length < 0 || (bodyBytes is { } said && said != length)) return false;

        bodyBytes = length;
        return true;
    }
}
