using L4Balancer.Config;
using NUnit.Framework;

namespace L4Balancer.Tests.Config;

/// <summary>Lists of status codes.</summary>
public sealed class HttpStatusSetTests
{
    [TestCase("200", "200")]
    [TestCase("200-299,404", "200-299, 404")]
    [TestCase(" 100 - 599 ", "100-599")]
    [TestCase("204-204", "204")]
    public void Parse_List_IsWrittenAlikeAndReadsBackTheSame(string text, string written)
    {
        HttpStatusSet codes = HttpStatusSet.Parse(text)!;

        Assert.That(codes.ToString(), Is.EqualTo(written));
        Assert.That(HttpStatusSet.Parse(written), Is.EqualTo(codes));
    }

    [TestCase("")]
    [TestCase("ok")]
    [TestCase("99")]
    [TestCase("600")]
    [TestCase("2xx")]
    [TestCase("299-200")]
    [TestCase("200-")]
    [TestCase("200-250-299")]
    [TestCase("200,,201")]
    [TestCase("+200")]
    public void Parse_AnythingElse_IsNone(string text) => Assert.That(HttpStatusSet.Parse(text), Is.Null);

    [Test]
    public void Contains_EveryCode_IsThatOfTheRanges()
    {
        HttpStatusSet codes = HttpStatusSet.Parse("200-299, 404")!;
        int[] contained = [.. Enumerable.Range(0, 1000).Where(codes.Contains)];

        Assert.That(contained, Is.EqualTo((int[])[.. Enumerable.Range(200, 100), 404]));
    }
}
