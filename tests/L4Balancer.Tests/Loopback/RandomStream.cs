using System.Runtime.InteropServices;

namespace L4Balancer.Tests.Loopback;

/// <summary>
/// Bytes that look random and that anybody with the same seed can make again, at some GB/s: splitmix64 over the
/// position. A byte that is lost, doubled, swapped or of another stream is never the expected one for long.
/// </summary>
internal sealed class RandomStream(ulong seed)
{
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    private readonly byte[] _word = new byte[sizeof(ulong)];
    private ulong _state = seed;
    private int _left;

    /// <summary>The first bytes of a stream.</summary>
    public static byte[] Bytes(ulong seed, int length)
    {
        byte[] bytes = new byte[length];
        new RandomStream(seed).Fill(bytes);
        return bytes;
    }

    /// <summary>The stream's next bytes.</summary>
    public void Fill(Span<byte> target)
    {
        target = target[TakeLeft(target)..];
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(target);
        for (int i = 0; i < words.Length; i++) words[i] = NextWord();

        target = target[(words.Length * sizeof(ulong))..];
        if (target.IsEmpty) return;

        MemoryMarshal.Write(_word, NextWord());
        _left = sizeof(ulong);
        TakeLeft(target);
    }

    private int TakeLeft(Span<byte> target)
    {
        int taken = Math.Min(_left, target.Length);
        _word.AsSpan(sizeof(ulong) - _left, taken).CopyTo(target);
        _left -= taken;
        return taken;
    }

    private ulong NextWord()
    {
        ulong word = _state += Step;
        word = (word ^ (word >> 30)) * 0xBF58_476D_1CE4_E5B9;
        word = (word ^ (word >> 27)) * 0x94D0_49BB_1331_11EB;
        return word ^ (word >> 31);
    }
}
