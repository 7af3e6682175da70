using System.Buffers.Binary;
using System.Text;

namespace L4Balancer.Discovery;

/// <summary>What a name server is asked: the records of one type that a name has.</summary>
/// <param name="Name">In lower case, labels between dots, none at the end.</param>
/// <param name="Type">The type.</param>
internal readonly record struct DnsQuestion(string Name, DnsType Type)
{
    /// <summary>Bytes of a message before its question.</summary>
    public const int HeaderBytes = 12;

    /// <summary>
    /// The largest answer by UDP that is asked for: it fits the packets of every network, so that none is cut.
    /// </summary>
    public const int DatagramBytes = 1232;

    private const int LongestName = 254; // With the length of each label, without the root's.
    private const int LongestLabel = 63;
    private const ushort InternetClass = 1;
    private const ushort RecursionDesired = 0x0100;
    private const ushort OptionsType = 41;

    /// <summary>Makes the message that asks.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="hasOptions">It says which size of answers is possible (EDNS0, RFC 6891).</param>
    /// <returns>Null where the name cannot be asked for.</returns>
    public byte[]? ToMessage(ushort id, bool hasOptions)
    {
        byte[] message = new byte[HeaderBytes + LongestName + 1 + 4 + 11];
        BinaryPrimitives.WriteUInt16BigEndian(message, id);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(10), (ushort)(hasOptions ? 1 : 0));

        int at = HeaderBytes;
        foreach (string label in Name.Split('.'))
        {
            bool isPossible = label.Length is > 0 and <= LongestLabel && Ascii.IsValid(label)
                && at - HeaderBytes + label.Length + 1 <= LongestName;
            if (!isPossible) return null;

            message[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, message.AsSpan(at));
        }

        at++; // The root's label is empty.
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at), (ushort)Type);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at + 2), InternetClass);
        at += 4;
        if (hasOptions)
        {
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at + 1), OptionsType);
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at + 3), DatagramBytes);
            at += 11;
        }

        return message[..at];
    }
}
