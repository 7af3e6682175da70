namespace L4Balancer.Bench.Load.Tcp;

/// <summary>
/// What the loads send: a stream of random bytes without end, the same in every process, which every connection begins
/// at another place. So each side knows what comes at every place of each stream, and bytes that are lost, doubled,
/// swapped or of another connection do not match. Nothing is made or copied for it: the stream repeats after a
/// prime number of bytes, and any part of it is a slice of one array.
/// </summary>
internal static class PatternBytes
{
    /// <summary>The longest slice.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int Period = 65_521;
    private const int Seed = 4; // Any; with a seed the framework's numbers stay the same.

    private static readonly byte[] Bytes = Make();

    /// <summary>The part of the stream from a place on, at most <see cref="MaxBytes"/>.</summary>
    public static ReadOnlySpan<byte> At(long place, long length) =>
        Bytes.AsSpan((int)((ulong)place % Period), (int)Math.Min(length, MaxBytes));

    /// <summary>True where some bytes are those at a place of the stream.</summary>
    public static bool Match(long place, ReadOnlySpan<byte> bytes) => bytes.SequenceEqual(At(place, bytes.Length));

    private static byte[] Make()
    {
        byte[] bytes = new byte[Period + MaxBytes];
        new Random(Seed).NextBytes(bytes.AsSpan(0, Period));
        for (int i = Period; i < bytes.Length; i++) bytes[i] = bytes[i - Period];
        return bytes;
    }
}
