using System.Globalization;
using L4Balancer.Daemon.Commands.Display;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Commands.Display;

/// <summary>Numbers in few characters, near enough.</summary>
internal sealed class QuantitiesTests
{
    private const int Samples = 10_000;
    private const int MostCharacters = 7; // "1023KiB"

    private static readonly Dictionary<string, double> Units = new()
    {
        ["B"] = 1,
        ["KiB"] = 1L << 10,
        ["MiB"] = 1L << 20,
        ["GiB"] = 1L << 30,
        ["TiB"] = 1L << 40,
        ["PiB"] = 1L << 50,
        ["EiB"] = 1L << 60,
        ["s"] = 1,
        ["m"] = 60,
        ["h"] = 3600,
        ["d"] = 86400,
    };

    [Test]
    public void Bytes_AnyCount_IsShortAndNear()
    {
        Random random = new(1);
        for (int i = 0; i < Samples; i++)
        {
            long bytes = random.NextInt64() >> random.Next(63);

            string text = Quantities.Bytes(bytes);

            Assert.That(text, Has.Length.LessThanOrEqualTo(MostCharacters));
            Assert.That(Read(text), Is.EqualTo(bytes).Within(6).Percent, text);
        }
    }

    [Test]
    public void Duration_AnyTime_IsItsTwoLargestUnitsNeverMoreThanItIs()
    {
        Random random = new(2);
        for (int i = 0; i < Samples; i++)
        {
            double seconds = Math.Pow(10, (random.NextDouble() * 8) - 1);

            string text = Quantities.Duration(seconds);

            double read = Read(text);
            Assert.That(read, Is.LessThanOrEqualTo(seconds));
            Assert.That(seconds - read, Is.LessThan(Math.Max(seconds < 10 ? 0.1 : 1, seconds / 24)), text);
            Assert.That(text.Count(char.IsLetter), Is.LessThanOrEqualTo(2));
        }
    }

    [TestCase(0, "0s")]
    [TestCase(-5, "0s")]
    [TestCase(0.25, "0.2s")]
    [TestCase(59.99, "59s")]
    [TestCase(60, "1m")]
    [TestCase(3600, "1h")]
    [TestCase(3605, "1h")]
    [TestCase(93_600, "1d2h")]
    public void Duration_Bounds_AreWrittenAsPeopleDo(double seconds, string expected) =>
        Assert.That(Quantities.Duration(seconds), Is.EqualTo(expected));

    [TestCase(1023, "1023B")]
    [TestCase(1024, "1.0KiB")]
    [TestCase(1023.6, "1.0KiB")]
    [TestCase(1024 * 1024 - 1, "1.0MiB")]
    public void Bytes_BelowAUnit_AreNeverWrittenAs1024OfTheOneBefore(double bytes, string expected) =>
        Assert.That(Quantities.Bytes(bytes), Is.EqualTo(expected));

    /// <summary>The sum of numbers with units.</summary>
    private static double Read(string text)
    {
        double sum = 0;
        while (text.Length > 0)
        {
            string number = string.Concat(text.TakeWhile(static one => char.IsDigit(one) || one == '.'));
            string unit = string.Concat(text[number.Length..].TakeWhile(char.IsLetter));
            sum += double.Parse(number, CultureInfo.InvariantCulture) * Units[unit];
            text = text[(number.Length + unit.Length)..];
        }

        return sum;
    }
}
