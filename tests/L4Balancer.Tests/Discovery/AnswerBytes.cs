using System.Buffers.Binary;
using System.Net;
using System.Text;
using L4Balancer.Discovery;

namespace L4Balancer.Tests.Discovery;

/// <summary>Writes answers of a name server byte by byte (RFC 1035, RFC 2782); names uncompressed.</summary>
internal sealed class AnswerBytes
{
    private readonly List<byte> _records = [];
    private readonly List<byte> _question;
    private int _count;

    public AnswerBytes(DnsQuestion question) =>
        _question = [.. Name(question.Name), .. Number((ushort)question.Type), 0, 1];

    /// <summary>A pointer to the question's name.</summary>
    public static byte[] AskedName => [0xC0, 12];

    public static byte[] Number(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] Name(string name) =>
    [
        .. name.Split('.', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(static label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]),
        0,
    ];

    /// <summary>The id of a query.</summary>
    public static ushort IdOf(ReadOnlySpan<byte> query) => BinaryPrimitives.ReadUInt16BigEndian(query);

    /// <summary>The question of a query.</summary>
    public static DnsQuestion QuestionOf(ReadOnlySpan<byte> query)
    {
        DnsReader reader = new(query);
        reader.TryRead(DnsQuestion.HeaderBytes, out _);
        reader.TryReadName(out string name);
        reader.TryRead(out ushort type);
        return new DnsQuestion(name, (DnsType)type);
    }

    public AnswerBytes Add(byte[] owner, int type, byte[] data)
    {
        _records.AddRange([.. owner, .. Number(type), 0, 1, 0, 0, 0, 60, .. Number(data.Length), .. data]);
        _count++;
        return this;
    }

    public AnswerBytes Address(string owner, string address)
    {
        IPAddress parsed = IPAddress.Parse(address);
        byte[] bytes = parsed.GetAddressBytes();
        return Add(Name(owner), bytes.Length == 4 ? 1 : 28, bytes);
    }

    public AnswerBytes Alias(string owner, string target) => Add(Name(owner), 5, Name(target));

    public AnswerBytes Server(string owner, int priority, int weight, int port, string target) =>
        Add(Name(owner), 33, [.. Number(priority), .. Number(weight), .. Number(port), .. Name(target)]);

    /// <summary>The whole message.</summary>
    public byte[] ToArray(int id, int flags = 0x8180, int questions = 1, int? answers = null) =>
    [
        .. Number(id), .. Number(flags), .. Number(questions), .. Number(answers ?? _count), 0, 0, 0, 0,
        .. questions > 0 ? _question : [], .. _records,
    ];
}
