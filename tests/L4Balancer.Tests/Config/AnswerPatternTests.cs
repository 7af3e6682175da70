using L4Balancer.Config;
using NUnit.Framework;

namespace L4Balancer.Tests.Config;

/// <summary>What an answer must contain.</summary>
public sealed class AnswerPatternTests
{
    [TestCase("", "", true)]
    [TestCase("", "anything", true)]
    [TestCase("pong", "+pong\r\n", true)]
    [TestCase("pong", "pon", false)]
    [TestCase("pong", "", false)]
    public void IsIn_Bytes_ByOccurrence(string bytes, string answer, bool isIn) =>
        Assert.That(AnswerPattern.Of(Bytes(bytes)).IsIn(Bytes(answer)), Is.EqualTo(isIn));

    [TestCase("^\\+pong\\r\\n$", "+pong\r\n", true)]
    [TestCase("role:(master|primary)", "x\r\nrole:primary\r\n", true)]
    [TestCase("(?i)ready", "READY", true)]
    [TestCase("ready", "READY", false)]
    [TestCase("^\\x00\\xff.{2}$", "\u0000\u00ffab", true)]
    [TestCase("\\xc3\\xbc", "\u00c3\u00bc", true)]
    [TestCase("x*", "", true)]
    public void IsIn_Expression_SeesEachByteAsACharacter(string expression, string answer, bool isIn) =>
        Assert.That(AnswerPattern.OfExpression(expression).Pattern!.IsIn(Bytes(answer)), Is.EqualTo(isIn));

    [TestCase("(", "not enough )'s at its character 1")]
    [TestCase("a**", "nested quantifier '*' at its character 3")]
    [TestCase("(a)\\1", "look-around, back references and atomic groups are not possible")]
    [TestCase("a(?=b)", "look-around, back references and atomic groups are not possible")]
    public void OfExpression_OneThatCannotBeUsed_SaysWhy(string expression, string problem) =>
        Assert.That(AnswerPattern.OfExpression(expression), Is.EqualTo(((AnswerPattern?)null, problem)));

    /// <summary>(a|a)*b takes a backtracking engine twice as long for each further character.</summary>
    [Test]
    public void IsIn_AnswerMadeToBeSlow_TakesNoLongerThanAnother()
    {
        AnswerPattern pattern = AnswerPattern.OfExpression("(a|a)*b$").Pattern!;

        Assert.That(pattern.IsIn(Bytes(new string('a', 16_384))), Is.False);
    }

    [Test]
    public void Equals_ThoseThatAreWrittenAlike_AreOne()
    {
        AnswerPattern[] one = [Of("a"), Of("b"), Expression("a"), Expression("b"), Of("")];
        AnswerPattern[] other = [Of("a"), Of("b"), Expression("a"), Expression("b"), AnswerPattern.Empty];

        for (int i = 0; i < one.Length; i++)
        {
            for (int j = 0; j < other.Length; j++) Assert.That(one[i].Equals(other[j]), Is.EqualTo(i == j), $"{i} {j}");
            Assert.That(one[i].GetHashCode(), Is.EqualTo(other[i].GetHashCode()));
        }
    }

    private static AnswerPattern Of(string text) => AnswerPattern.Of(Bytes(text));

    private static AnswerPattern Expression(string text) => AnswerPattern.OfExpression(text).Pattern!;

    private static byte[] Bytes(string latin) => System.Text.Encoding.Latin1.GetBytes(latin);
}
