namespace L4Balancer.Backends;

/// <summary>
/// A number and when it held, in one word that every shard can read and replace at once. Steps of time are of 2^24
/// ticks, 17 ms; a number keeps 24 bits of its precision.
/// </summary>
internal readonly record struct TimedValue(float Value, uint Step)
{
    private const int TicksPerStepBits = 24;
    private const int ValueBits = 32;

    /// <summary>A number as of a time, in ticks of a shard's clock.</summary>
    public static TimedValue At(float value, long now) => new(value, (uint)(now >> TicksPerStepBits));

    /// <summary>Reads the word; one of 0 is a number of 0.</summary>
    public static TimedValue From(long word) =>
        new(BitConverter.UInt32BitsToSingle((uint)(word >> ValueBits)), (uint)word);

    /// <summary>As one word.</summary>
    public long Word => ((long)BitConverter.SingleToUInt32Bits(Value) << ValueBits) | Step;

    /// <summary>
    /// What is left of something that has been decaying since. Shards' clocks differ by less than a turn: of two
    /// times the one that seems to lie ahead is now.
    /// </summary>
    /// <param name="now">In ticks.</param>
    /// <param name="constant">The time in which it falls to 1/e, in ticks.</param>
    public float Left(long now, float constant)
    {
        int steps = (int)((uint)(now >> TicksPerStepBits) - Step);
        return steps <= 0 ? 1 : MathF.Exp(-((float)steps * (1 << TicksPerStepBits) / constant));
    }
}
