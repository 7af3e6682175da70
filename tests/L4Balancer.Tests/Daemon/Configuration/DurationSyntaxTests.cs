using FsCheck.Fluent;
using FsCheck;
using L4Balancer.Config;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>Durations as the configuration writes them.</summary>
internal sealed class DurationSyntaxTests
{
    private const long LongestMilliseconds = 365L * 24 * 60 * 60 * 1000;

    [TestCase("0s", 0)]
    [TestCase("5s", 5_000)]
    [TestCase("1500ms", 1_500)]
    [TestCase("10m", 600_000)]
    [TestCase("1h30m", 5_400_000)]
    [TestCase("1h2m3s4ms", 3_723_004)]
    [TestCase("90m", 5_400_000)]
    [TestCase("8760h", LongestMilliseconds)]
    public void TryParse_Duration_ReadsIt(string text, long milliseconds)
    {
        Assert.Multiple(() =>
        {
            Assert.That(DurationSyntax.TryParse(text, out TimeSpan duration), Is.True);
            Assert.That(duration.TotalMilliseconds, Is.EqualTo(milliseconds));
        });
    }

    [TestCase("")]
    [TestCase("5")]
    [TestCase("s")]
    [TestCase("5 s")]
    [TestCase(" 5s")]
    [TestCase("-5s")]
    [TestCase("+5s")]
    [TestCase("1.5s")]
    [TestCase("5sec")]
    [TestCase("5S")]
    [TestCase("1d")]
    [TestCase("1m1h")]
    [TestCase("1s1s")]
    [TestCase("8761h")]
    [TestCase("8760h1ms")]
    [TestCase("99999999999999999999s")]
    [TestCase("９s")]
    public void TryParse_AnythingElse_IsRefused(string text) =>
        Assert.That(DurationSyntax.TryParse(text, out _), Is.False);

    [Test]
    public void Format_AnyDuration_ReadsBackTheSame() => Prop
        .ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            TimeSpan duration = TimeSpan.FromMilliseconds(seed * 7919L % (LongestMilliseconds + 1));
            return DurationSyntax.TryParse(DurationSyntax.Format(duration), out TimeSpan read) && read == duration;
        })
        .QuickCheckThrowOnFailure();

    [Test]
    public void TryParse_AnyText_NeitherThrowsNorExceedsAYear() => Prop
        .ForAll(ArbMap.Default.ArbFor<string>(), text =>
            !DurationSyntax.TryParse(text, out TimeSpan duration)
                || (duration >= TimeSpan.Zero && duration <= DurationSyntax.Longest))
        .QuickCheckThrowOnFailure();
}
