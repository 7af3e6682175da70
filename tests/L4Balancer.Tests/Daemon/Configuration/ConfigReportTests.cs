using L4Balancer.Daemon.Configuration;
using NUnit.Framework;
using static L4Balancer.Tests.Daemon.Configuration.ConfigTexts;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>How problems are told: all at once, in order, with the line.</summary>
internal sealed class ConfigReportTests
{
    [Test]
    public void Print_UnknownKey_QuotesTheLineWithoutItsIndentAndMarksTheKey() => Assert.That(
        Printed("[service.web]\n    liste = \"0.0.0.0:80\"\nlisten = \"0.0.0.0:80\"\nbackends = [\"a:1\"]"),
        Is.EqualTo(
            """
            web.toml:2:5: error: unknown key 'liste' in [service.web]; did you mean 'listen'?
                2 | liste = "0.0.0.0:80"
                  | ^^^^^

            """));

    [Test]
    public void Print_SeveralProblems_ReportsAllInTheOrderOfTheFile() => Assert.That(
        Printed(
            "[service.web]\nlisten = \"0.0.0.0\"\nbackends = [\"a\", 7]\nbalanc = \"ring\"\n"
            + "[log]\nlevel = 3\n"),
        Is.EqualTo(
            """
            web.toml:2:10: error: "0.0.0.0" has no port; write "0.0.0.0:PORT"
                2 | listen = "0.0.0.0"
                  |          ^^^^^^^^^
            web.toml:3:13: error: "a" has no port; write "a:PORT"
                3 | backends = ["a", 7]
                  |             ^^^
            web.toml:3:18: error: a backend must be "host:port" or a table with an address, not an integer
                3 | backends = ["a", 7]
                  |                  ^
            web.toml:4:1: error: unknown key 'balanc' in [service.web]; did you mean 'balance'?
                4 | balanc = "ring"
                  | ^^^^^^
            web.toml:6:9: error: 'level' must be "debug", "info", "warning" or "error", not an integer
                6 | level = 3
                  |         ^

            """));

    [Test]
    public void Print_NoService_ShowsTheThreeLines() => Assert.That(
        Printed(""),
        Is.EqualTo(
            """
            web.toml: error: there is no [service.NAME], so nothing would be balanced; three lines are enough:

                [service.web]
                listen   = "0.0.0.0:80"
                backends = ["10.0.0.11:8080", "10.0.0.12:8080"]

            """));

    [Test]
    public void Print_Warning_SaysWarningAndLeavesTheConfigurationUsable()
    {
        string text = "[pool.spare]\nbackends = [\"a:1\"]" + GoodService;

        Assert.Multiple(() =>
        {
            Assert.That(Printed(text), Does.StartWith("web.toml:1:7: warning: no service uses [pool.spare]\n"));
            Assert.That(Parse(text).Config, Is.Not.Null);
        });
    }

    [Test]
    public void Quote_WideCharactersAndTabs_MarksStayBelow()
    {
        SourceText text = new("\té😀 = \t\"x\"");

        Assert.That(text.Quote(new(1, 8)), Is.EqualTo(("é😀 =  \"x\"", "      ^^^")));
    }

    [Test]
    public void Quote_LongLine_ShowsThePartAroundThePlace()
    {
        SourceText text = new($"{new string('a', 500)} bad {new string('b', 500)}");

        (string line, string marks) = text.Quote(new(1, 502))!.Value;

        Assert.Multiple(() =>
        {
            Assert.That(line, Has.Length.EqualTo(100));
            Assert.That(line.Substring(marks.IndexOf('^', StringComparison.Ordinal), 3), Is.EqualTo("bad"));
            Assert.That(marks, Does.EndWith(" ^^^"));
        });
    }

    [Test]
    public void Quote_LongWordNearTheBeginning_IsCutAtTheEnd()
    {
        (string line, string marks) = new SourceText($"ab = \"{new string('x', 200)}\"").Quote(new(1, 6))!.Value;

        Assert.Multiple(() =>
        {
            Assert.That(line, Has.Length.EqualTo(100).And.StartsWith("ab = \"x"));
            Assert.That(marks, Is.EqualTo($"     {new string('^', 95)}"));
        });
    }

    [Test]
    public void Quote_ControlCharacter_IsNotSentToTheTerminal() =>
        Assert.That(new SourceText("a\u001B[2J").Quote(new(1, 1))!.Value.Line, Is.EqualTo("a?[2J"));

    [Test]
    public void Json_Problems_AreAnArrayWithPlaces()
    {
        StringWriter output = new();
        ProblemPrinter.WriteJson(Parse("[log]\nlevel = 3" + GoodService), output);

        Assert.That(output.ToString().ReplaceLineEndings("\n"), Is.EqualTo(
            """
            [
              {
                "file": "web.toml",
                "line": 2,
                "column": 9,
                "severity": "error",
                "message": "'level' must be \"debug\", \"info\", \"warning\" or \"error\", not an integer"
              }
            ]

            """));
    }
}
