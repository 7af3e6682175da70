using System.Globalization;

namespace L4Balancer.Telemetry;

/// <summary>
/// Names one live flow of this process, as <c>0-17-3</c>: its shard, and the place of its socket there with how often
/// that place has been used. No other flow gets the name while the process lives (a place is used 2^32 times before).
/// </summary>
/// <param name="Shard">The shard's index.</param>
/// <param name="Registration">What the shard's epoll knows the client's socket by (UDP: the server's).</param>
public readonly record struct FlowId(int Shard, ulong Registration)
{
    private const int Parts = 3;

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string text, out FlowId id)
    {
        id = default;
        string[] parts = text.Split('-');
        if (parts.Length != Parts || !TryPart(parts[0], out uint shard) || shard > int.MaxValue
            || !TryPart(parts[1], out uint place) || !TryPart(parts[2], out uint generation))
        {
            return false;
        }

        id = new FlowId((int)shard, ((ulong)generation << 32) | place);
        return true;
    }

    /// <summary>Shard, place, generation.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Shard}-{(uint)Registration}-{Registration >> 32}");

    private static bool TryPart(string text, out uint value) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
