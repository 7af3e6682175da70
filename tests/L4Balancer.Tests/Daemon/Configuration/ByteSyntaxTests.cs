using System.Text;
using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Daemon.Configuration;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>Bytes as the configuration writes them.</summary>
internal sealed class ByteSyntaxTests
{
    private const string Rule = "; write two for each byte, as in \"hex:12 34 abcd\"";

    [TestCase("hex:", "")]
    [TestCase("hex:00", "00")]
    [TestCase("hex:12 34 abcd", "1234ABCD")]
    [TestCase("hex: 1 2\n3\t4\r\n", "1234")]
    [TestCase("hex:aAfF", "AAFF")]
    [TestCase("", "")]
    [TestCase("hex", "686578")]
    [TestCase("HEX:00", "4845583A3030")]
    [TestCase(" hex:00", "206865783A3030")]
    [TestCase("é\n", "C3A90A")]
    public void Parse_Text_GivesItsBytes(string text, string hex)
    {
        Assert.That(ByteSyntax.Parse(text, out ReadOnlyMemory<byte> bytes), Is.Null);
        Assert.That(Convert.ToHexString(bytes.Span), Is.EqualTo(hex));
    }

    [TestCase("hex:1", "has 1 hexadecimal digit")]
    [TestCase("hex:12 3", "has 3 hexadecimal digits")]
    [TestCase("hex:0x12", "has 'x' among its hexadecimal digits")]
    [TestCase("hex:12,34", "has ',' among its hexadecimal digits")]
    [TestCase("hex:１２", "has '１' among its hexadecimal digits")]
    public void Parse_BadHex_SaysWhatIsWrong(string text, string problem) =>
        Assert.That(ByteSyntax.Parse(text, out _), Is.EqualTo(problem + Rule));

    [Test]
    public void Parse_AnyBytesInHex_ReadBackTheSame() => Prop
        .ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            string text = "hex:" + string.Join(' ', bytes.Select(static one => $"{one:x2}"));
            return ByteSyntax.Parse(text, out ReadOnlyMemory<byte> read) is null && read.Span.SequenceEqual(bytes);
        })
        .QuickCheckThrowOnFailure();

    [Test]
    public void Parse_AnyOtherText_IsItsUtf8() => Prop
        .ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
            ByteSyntax.Parse("'" + text.Get, out ReadOnlyMemory<byte> read) is null
                && read.Span.SequenceEqual(Encoding.UTF8.GetBytes("'" + text.Get)))
        .QuickCheckThrowOnFailure();
}
