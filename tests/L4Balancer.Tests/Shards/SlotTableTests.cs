using L4Balancer.Interop;
using L4Balancer.Shards;
using NUnit.Framework;

namespace L4Balancer.Tests.Shards;

/// <summary>An event finds its own socket or none, whatever has become of the descriptor's number.</summary>
public sealed class SlotTableTests
{
    [Test]
    public void Find_SlotReleasedAndTakenAgain_OldRegistrationFindsNothing()
    {
        using Shard shard = new(0, new ShardOptions());
        SlotTable slots = new();
        ulong old = slots.Reserve();
        slots.Fill(old, Socket(shard));
        slots.Release(old);
        ulong present = slots.Reserve();
        ShardSocket socket = Socket(shard);
        slots.Fill(present, socket);

        Assert.That((uint)present, Is.EqualTo((uint)old), "the slot is the same");
        Assert.That(slots.Find(old), Is.Null);
        Assert.That(slots.Find(present), Is.SameAs(socket));
    }

    [Test]
    public void Reserve_Thousands_EachFindsItsOwn()
    {
        using Shard shard = new(0, new ShardOptions());
        SlotTable slots = new();
        ShardSocket[] sockets = [Socket(shard), Socket(shard)];
        ulong[] registrations = [.. Enumerable.Range(0, 5000).Select(_ => slots.Reserve())];
        for (int i = 0; i < registrations.Length; i++) slots.Fill(registrations[i], sockets[i % 2]);

        Assert.That(registrations, Is.Unique);
        for (int i = 0; i < registrations.Length; i++)
        {
            Assert.That(slots.Find(registrations[i]), Is.SameAs(sockets[i % 2]));
        }
    }

    private static ShardSocket Socket(Shard shard)
    {
        int fd = SocketCalls.OpenTcp(v6: false).Value;
        return ShardSocket.TryOpen(shard, fd, owner: null)!;
    }
}
