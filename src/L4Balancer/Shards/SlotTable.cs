namespace L4Balancer.Shards;

/// <summary>
/// Finds the socket that an event belongs to. A registration is a slot's number and its generation; the generation
/// changes when the slot is released, so an event that is still in the batch when its socket closes finds nothing, even
/// if the kernel has given the descriptor's number to a new connection.
/// </summary>
internal sealed class SlotTable
{
    private readonly Stack<int> _free = new();
    private Slot[] _slots = new Slot[64];
    private int _used;

    /// <summary>Takes a slot.</summary>
    public ulong Reserve()
    {
        if (!_free.TryPop(out int index))
        {
            if (_used == _slots.Length) Array.Resize(ref _slots, _slots.Length * 2);
            index = _used++;
        }

        return ((ulong)_slots[index].Generation << 32) | (uint)index;
    }

    /// <summary>Puts a socket into a slot that was reserved for it.</summary>
    public void Fill(ulong registration, ShardDescriptor socket) =>
        _slots[(int)(uint)registration].Socket = socket;

    /// <summary>The socket of a registration, or null where it is closed or never was.</summary>
    public ShardDescriptor? Find(ulong registration)
    {
        if ((uint)registration >= (uint)_slots.Length) return null;

        ref Slot slot = ref _slots[(int)(uint)registration];
        return slot.Generation == (uint)(registration >> 32) ? slot.Socket : null;
    }

    /// <summary>Gives a slot back; its registration finds nothing from now on.</summary>
    public void Release(ulong registration)
    {
        int index = (int)(uint)registration;
        _slots[index].Socket = null;
        _slots[index].Generation++;
        _free.Push(index);
    }

    /// <summary>Shows the sockets of some slots.</summary>
    /// <returns>Where to go on, or null at the end.</returns>
    public int? Visit(int from, int places, Action<ShardDescriptor> look)
    {
        int end = Math.Min(_used, from + places);
        for (int i = from; i < end; i++)
        {
            if (_slots[i].Socket is { } socket) look(socket);
        }

        return end < _used ? end : null;
    }

    /// <summary>Closes every socket that is left.</summary>
    public void CloseAll()
    {
        foreach (Slot slot in _slots.AsSpan(0, _used).ToArray()) slot.Socket?.CloseAtEnd();
    }

    private struct Slot
    {
        public ShardDescriptor? Socket;
        public uint Generation;
    }
}
