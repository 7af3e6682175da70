using L4Balancer.Telemetry;
using NUnit.Framework;

namespace L4Balancer.Tests.Telemetry;

/// <summary>Every reason has its word, and the words are the documented ones.</summary>
public sealed class CloseReasonTests
{
    [Test]
    public void Text_EveryReason_IsItsNameInSnakeCase()
    {
        foreach (CloseReason reason in Enum.GetValues<CloseReason>())
        {
            string snake = System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString());
            Assert.That(CloseReasons.Text(reason), Is.EqualTo(snake));
        }

        Assert.That(CloseReasons.Count, Is.EqualTo(Enum.GetValues<CloseReason>().Length));
    }
}
