using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Udp;
using NUnit.Framework;

namespace L4Balancer.Tests.Udp;

/// <summary>Cut, the trains are the datagrams that went into them, and they are as long as they may be.</summary>
public sealed class DatagramTrainTests
{
    private const int MostSegments = 64;
    private const int MostBytes = 65_487;

    private static readonly int[] Sizes = [0, 1, 2, 100, 100, 100, 100, 1200, 1200, 1200, 1400, 9000, 30_000, 65_507];

    /// <summary>What a slot holds.</summary>
    private readonly record struct Slot(int Bytes, int Datagrams, int SegmentBytes)
    {
        public static Slot One(int bytes) => new(bytes, 1, bytes);

        public IEnumerable<int> Cut()
        {
            for (int i = 0; i < Datagrams; i++) yield return Math.Min(SegmentBytes, Bytes - (i * SegmentBytes));
        }
    }

    [Test]
    public void Trains_OfAnySlots_CutTheyAreTheDatagramsInOrder() =>
        Prop.ForAll<int>(static seed =>
        {
            Slot[] slots = RandomSlots(new Random(seed));
            IEnumerable<int> cut = Trains(slots).SelectMany(static train => train.Cut());
            return cut.SequenceEqual(slots.SelectMany(static slot => slot.Cut()));
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Trains_OfAnySlots_StayWithinTheLimitsAndHoldNoEmptyDatagram() =>
        Prop.ForAll<int>(static seed => Trains(RandomSlots(new Random(seed))).TrueForAll(static train =>
            train.Datagrams == 1
            || (train.Datagrams <= MostSegments && train.Bytes <= MostBytes && train.Cut().All(static one => one > 0))))
        .QuickCheckThrowOnFailure();

    [TestCase(1, 64)]
    [TestCase(100, 64)]
    [TestCase(1023, 64, Description = "65,472 bytes")]
    [TestCase(1024, 63)]
    [TestCase(1400, 46)]
    [TestCase(9000, 7)]
    [TestCase(40_000, 1)]
    public void TryAppend_EqualDatagrams_TakesAsManyAsFit(int size, int datagrams) =>
        Assert.That(Trains(Enumerable.Repeat(Slot.One(size), 200))[0].Datagrams, Is.EqualTo(datagrams));

    [Test]
    public void TryAppend_TrainsOfOneSize_AreJoined()
    {
        Slot train = new(20 * 500, 20, 500);
        Assert.That(Trains([train, Slot.One(500), train, train, train])[0].Datagrams, Is.EqualTo(61));
    }

    [TestCase(300)]
    [TestCase(1)]
    public void TryAppend_ShorterOne_IsTheLast(int shorter)
    {
        List<Slot> trains = Trains([Slot.One(500), Slot.One(500), Slot.One(shorter), Slot.One(shorter)]);
        Assert.That(trains, Is.EqualTo([new Slot(1000 + shorter, 3, 500), Slot.One(shorter)]));
    }

    [Test]
    public void TryAppend_TrainThatEndsShort_IsTheLast()
    {
        List<Slot> trains = Trains([new Slot(900, 2, 500), Slot.One(500), Slot.One(100)]);
        Assert.That(trains, Is.EqualTo([new Slot(900, 2, 500), new Slot(600, 2, 500)]));
    }

    [Test]
    public void TryAppend_LargerOne_BeginsTheNext() =>
        Assert.That(
            Trains([Slot.One(500), Slot.One(501)]), Is.EqualTo([Slot.One(500), Slot.One(501)]));

    [Test]
    public void TryAppend_EmptyOne_IsAlone() =>
        Assert.That(
            Trains([Slot.One(500), Slot.One(0), Slot.One(0), Slot.One(500)]),
            Is.EqualTo([Slot.One(500), Slot.One(0), Slot.One(0), Slot.One(500)]));

    private static Slot[] RandomSlots(Random random)
    {
        Slot[] slots = new Slot[random.Next(1, 65)];
        for (int i = 0; i < slots.Length; i++)
        {
            int size = Sizes[random.Next(Sizes.Length)];
            int most = size == 0 ? 1 : Math.Min(MostSegments, 65_527 / size);
            int datagrams = random.Next(3) == 0 ? random.Next(1, most + 1) : 1;
            int last = datagrams > 1 && random.Next(2) == 0 ? random.Next(1, size + 1) : size;
            slots[i] = new Slot(((datagrams - 1) * size) + last, datagrams, size);
        }

        return slots;
    }

    /// <summary>What leaves, with the loop that the data path has.</summary>
    private static List<Slot> Trains(IEnumerable<Slot> slots)
    {
        Queue<Slot> left = new(slots);
        List<Slot> trains = [];
        while (left.Count > 0)
        {
            DatagramTrain train = default;
            int bytes = 0;
            while (left.TryPeek(out Slot slot) && train.TryAppend(slot.Bytes, slot.Datagrams, slot.SegmentBytes))
            {
                bytes += left.Dequeue().Bytes;
            }

            trains.Add(new Slot(bytes, train.Datagrams, train.SegmentBytes));
        }

        return trains;
    }
}
