using L4Balancer.Config;
using L4Balancer.Daemon.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Logging;

/// <summary>How a line of the log looks.</summary>
internal sealed class LineFormatterTests
{
    [TestCase(LogFormat.Text, "2026-01-02T03:04:05.678Z warning Daemon: disk  full")]
    [TestCase(LogFormat.Journald, "<4>Daemon: disk  full")]
    [TestCase(LogFormat.Json,
        "{\"time\":\"2026-01-02T03:04:05.678Z\",\"level\":\"warning\","
        + "\"category\":\"Daemon\",\"message\":\"disk  full\"}")]
    public void Write_Message_IsOneLineInItsForm(LogFormat format, string expected) =>
        Assert.That(Write(format, LogLevel.Warning, "disk\n\u001Bfull", null), Is.EqualTo(expected + "\n"));

    [TestCase(LogFormat.Text)]
    [TestCase(LogFormat.Journald)]
    [TestCase(LogFormat.Json)]
    public void Write_Exception_StaysOnTheLine(LogFormat format)
    {
        string line = Write(format, LogLevel.Error, "failed", new InvalidOperationException("one\ntwo"));

        Assert.That(line, Does.Contain("InvalidOperationException: one two").And.Matches("^[^\n]*\n$"));
    }

    [TestCase(LogLevel.Debug, "<7>")]
    [TestCase(LogLevel.Information, "<6>")]
    [TestCase(LogLevel.Warning, "<4>")]
    [TestCase(LogLevel.Error, "<3>")]
    [TestCase(LogLevel.Critical, "<2>")]
    public void Priority_Level_IsSyslogs(LogLevel level, string expected) =>
        Assert.That(LogLines.Priority(level), Is.EqualTo(expected));

    [TestCase("8:12345", "socket:[12345]", true)]
    [TestCase("8:12345", "socket:[1234]", false)]
    [TestCase("8:12345", "/dev/pts/0", false)]
    [TestCase("8:12345", null, false)]
    [TestCase("", "socket:[]", false)]
    [TestCase(null, "socket:[12345]", false)]
    public void Matches_JournalStream_ComparesTheInode(string? variable, string? link, bool expected) =>
        Assert.That(JournalStream.Matches(variable, link), Is.EqualTo(expected));

    private static string Write(LogFormat format, LogLevel level, string message, Exception? exception)
    {
        LineFormatter formatter = new(format, new FixedTime());
        StringWriter output = new() { NewLine = "\n" };
        LogEntry<string> entry = new(level, "L4Balancer.Daemon", default, message, exception, (state, _) => state);
        formatter.Write(entry, null, output);
        return output.ToString();
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    }
}
