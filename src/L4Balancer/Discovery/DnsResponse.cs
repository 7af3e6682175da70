using System.Net;

namespace L4Balancer.Discovery;

/// <summary>A name server's answer to one question.</summary>
/// <param name="Code">What it says of the question.</param>
/// <param name="IsTruncated">There is more, which only TCP has room for; no record was read.</param>
/// <param name="Answers">Records of the types in <see cref="DnsType"/>, in the order of the message.</param>
internal sealed record DnsResponse(DnsCode Code, bool IsTruncated, IReadOnlyList<DnsRecord> Answers)
{
    private const int ResponseMark = 0x8000;
    private const int KindOfQuery = 0x7800;
    private const int TruncatedMark = 0x0200;
    private const int CodeBits = 0x000F;
    private const ushort InternetClass = 1;

    /// <summary>
    /// Reads a message. Its id and its question must be those that were asked: anybody may send a datagram.
    /// </summary>
    /// <returns>Null where it is no answer to the question; nothing is thrown.</returns>
    public static DnsResponse? Read(ReadOnlySpan<byte> message, ushort id, DnsQuestion question)
    {
        DnsReader reader = new(message);
        if (!reader.TryRead(out ushort itsId) || itsId != id) return null;
        if (!reader.TryRead(out ushort flags) || (flags & (ResponseMark | KindOfQuery)) != ResponseMark) return null;
        if (!reader.TryRead(out ushort questions) || !reader.TryRead(out ushort answers)) return null;
        if (!reader.TryRead(sizeof(ushort) * 2, out _)) return null;

        DnsCode code = (DnsCode)(flags & CodeBits);
        // Who does not understand a question need not repeat it.
        bool saysNothing = questions == 0 && code is DnsCode.FormatError or DnsCode.NotImplemented;
        if (saysNothing) return new DnsResponse(code, false, []);
        if (questions != 1 || !IsAskedIn(ref reader, question)) return null;
        if ((flags & TruncatedMark) != 0) return new DnsResponse(code, true, []);

        List<DnsRecord> records = [];
        for (int i = 0; i < answers; i++) // As long as there are bytes: every record takes some.
        {
            if (!TryReadRecord(ref reader, out DnsRecord? record)) return new DnsResponse(DnsCode.Malformed, false, []);
            if (record is not null) records.Add(record);
        }

        return new DnsResponse(code, false, records);
    }

    private static bool IsAskedIn(ref DnsReader reader, DnsQuestion question) =>
        reader.TryReadName(out string name) && reader.TryRead(out ushort type) && reader.TryRead(out ushort ofClass)
        && name == question.Name && type == (ushort)question.Type && ofClass == InternetClass;

    /// <returns>False where the message cannot be read on; the record is null where it is none of ours.</returns>
    private static bool TryReadRecord(ref DnsReader reader, out DnsRecord? record)
    {
        record = null;
        if (!reader.TryReadName(out string owner)) return false;
        if (!reader.TryRead(out ushort type) || !reader.TryRead(out ushort ofClass)) return false;
        if (!reader.TryRead(4, out _) || !reader.TryRead(out ushort length)) return false; // The first is the TTL.

        int end = reader.Offset + length;
        DnsReader data = reader; // A name in it may lead back into the message.
        if (!reader.TryRead(length, out ReadOnlySpan<byte> bytes)) return false;
        if (ofClass != InternetClass) return true;

        switch ((DnsType)type)
        {
            case DnsType.A when length == 4:
            case DnsType.Aaaa when length == 16:
                record = new DnsRecord(owner, (DnsType)type) { Address = new IPAddress(bytes) };
                return true;
            case DnsType.Cname:
                bool isAlias = data.TryReadName(out string target) && data.Offset == end;
                record = new DnsRecord(owner, DnsType.Cname) { Target = target };
                return isAlias;
            case DnsType.Srv:
                return TryReadServer(ref data, owner, out record) && data.Offset == end;
            case DnsType.A:
            case DnsType.Aaaa:
                return false;
            default:
                return true;
        }
    }

    private static bool TryReadServer(ref DnsReader data, string owner, out DnsRecord? record)
    {
        record = null;
        if (!data.TryRead(out ushort priority) || !data.TryRead(out ushort weight)) return false;
        if (!data.TryRead(out ushort port) || !data.TryReadName(out string target)) return false;

        record = new DnsRecord(owner, DnsType.Srv)
        {
            Priority = priority, Weight = weight, Port = port, Target = target,
        };
        return true;
    }
}
