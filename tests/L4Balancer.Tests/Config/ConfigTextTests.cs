using System.Text;
using FsCheck;
using FsCheck.Fluent;
using L4Balancer.Config;
using L4Balancer.Daemon.Configuration;
using L4Balancer.Toml;
using NUnit.Framework;

namespace L4Balancer.Tests.Config;

/// <summary>What is written for a value is read as that value by the daemon's own readers.</summary>
internal sealed class ConfigTextTests
{
    [Test]
    public void Bytes_Any_ReadBackTheSame() => Prop
        .ForAll(ArbMap.Default.ArbFor<byte[]>(), IsReadBack)
        .QuickCheckThrowOnFailure();

    [TestCase("")]
    [TestCase("ping\r\n")]
    [TestCase("hex:12")]
    [TestCase("0x12")]
    [TestCase("\0")]
    [TestCase("ü")]
    public void Bytes_Text_ReadBackTheSame(string text) =>
        Assert.That(IsReadBack(Encoding.UTF8.GetBytes(text)), Is.True);

    [Test]
    public void Quoted_AnyText_IsAStringOfToml() => Prop
        .ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), any =>
        {
            string text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(any.Get)); // No half of a pair.
            string document = $"{ConfigText.Key(text)} = {ConfigText.Quoted(text)}";
            TomlEntry entry = TomlReader.Read(Encoding.UTF8.GetBytes(document)).Entries.Single();
            return entry.Key == text && entry.Value is TomlString { Value: var read } && read == text;
        })
        .QuickCheckThrowOnFailure();

    [TestCase("web-1.example:80", "web-1.example:80")]
    [TestCase("", "\"\"")]
    [TestCase("a b", "\"a b\"")]
    [TestCase("a\nb", "\"a\\nb\"")]
    public void Shown_Text_IsInQuotesWhereItNeedsThem(string text, string shown) =>
        Assert.That(ConfigText.Shown(text), Is.EqualTo(shown));

    private static bool IsReadBack(byte[] bytes) =>
        ByteSyntax.Parse(ConfigText.Bytes(bytes), out ReadOnlyMemory<byte> read) is null
        && read.Span.SequenceEqual(bytes);
}
