using L4Balancer.Net;

namespace L4Balancer.Udp;

/// <summary>
/// The UDP sessions of one service on one shard, found by their flow: open addressing with linear probing (Knuth, The
/// Art of Computer Programming, volume 3, section 6.4, algorithms L and R), at most half full. The hash is seeded anew
/// by every process, since who sends datagrams can choose his addresses. One shard's.
/// </summary>
internal sealed class SessionTable
{
    private const int LeastSlots = 64;

    private readonly ulong _seed = (ulong)Random.Shared.NextInt64();
    private Slot[] _slots = new Slot[LeastSlots];

    /// <summary>Sessions in it.</summary>
    public int Count { get; private set; }

    private int Mask => _slots.Length - 1;

    /// <summary>The session of a flow, or null. Allocates nothing.</summary>
    public UdpSession? Find(in FlowKey flow)
    {
        uint hash = Hash(flow);
        for (int at = (int)hash & Mask; _slots[at].Session is { } session; at = (at + 1) & Mask)
        {
            if (_slots[at].Hash == hash && session.IsOf(flow)) return session;
        }

        return null;
    }

    /// <summary>Adds a session whose flow has none.</summary>
    public void Add(UdpSession session)
    {
        if (++Count * 2 > _slots.Length) Grow();
        Insert(new Slot { Hash = Hash(session.Flow), Session = session });
    }

    /// <summary>Takes a session out.</summary>
    public void Remove(UdpSession session)
    {
        int hole = (int)Hash(session.Flow) & Mask;
        while (_slots[hole].Session != session) hole = (hole + 1) & Mask;

        // Those behind it move up where the hole is on their way, so that no search ends early.
        for (int at = (hole + 1) & Mask; _slots[at].Session is not null; at = (at + 1) & Mask)
        {
            int wayToSlot = (at - (int)_slots[at].Hash) & Mask;
            int wayToHole = (at - hole) & Mask;
            if (wayToSlot < wayToHole) continue;

            _slots[hole] = _slots[at];
            hole = at;
        }

        _slots[hole] = default;
        Count--;
    }

    private void Insert(Slot slot)
    {
        int at = (int)slot.Hash & Mask;
        while (_slots[at].Session is not null) at = (at + 1) & Mask;
        _slots[at] = slot;
    }

    private void Grow()
    {
        Slot[] before = _slots;
        _slots = new Slot[before.Length * 2];
        foreach (Slot slot in before)
        {
            if (slot.Session is not null) Insert(slot);
        }
    }

    /// <summary>Both halves of a 128-bit product, twice: every bit of the flow reaches every bit of the hash.</summary>
    private uint Hash(in FlowKey flow)
    {
        ulong ports = ((ulong)flow.Client.Port << 16) | flow.Local.Port | ((ulong)flow.Client.ScopeId << 32);
        ulong client = Fold(flow.Client.Address.Low ^ _seed, flow.Client.Address.High ^ ports ^ 0x9E37_79B9_7F4A_7C15);
        ulong hash = Fold(flow.Local.Address.Low ^ client, flow.Local.Address.High ^ _seed ^ 0xC2B2_AE3D_27D4_EB4F);
        return (uint)hash;
    }

    private static ulong Fold(ulong one, ulong other)
    {
        ulong high = Math.BigMul(one, other, out ulong low);
        return high ^ low;
    }

    private struct Slot
    {
        public uint Hash;
        public UdpSession? Session;
    }
}
