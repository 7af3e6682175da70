namespace L4Balancer.Udp;

/// <summary>
/// Slots of a batch that belong to one session, in the order of their coming; see <see cref="DatagramPath"/>.
/// </summary>
/// <param name="First">The first slot, or negative where there is none.</param>
/// <param name="Last">The last one.</param>
internal readonly record struct SlotChain(int First, int Last)
{
    /// <summary>No slot.</summary>
    public static SlotChain Empty { get; } = new(-1, -1);

    public bool IsEmpty => First < 0;
}
