using L4Balancer.Daemon.Demo;
using NUnit.Framework;
using Spectre.Console;

namespace L4Balancer.Tests.Daemon.Demo;

/// <summary>The table fits the terminal, whatever its width.</summary>
internal sealed class DemoTableTests
{
    private const int WithoutBars = 46; // "demo-udp" and the headings, with their frames; one digit more of one number.

    private static readonly BackendStatus[] Backends =
    [
        Backend("demo", "a", true, "up", 1, 999_999),
        Backend("demo", "b", false, "down", 0, 333_333),
        Backend("demo-udp", "a", true, "up", 7, 7),
        Backend("demo-udp", "b", true, "up", 0, 0),
    ];

    [Test]
    public void Render_AnyWidthFromItsLeast_FitsWithOneLineABackend([Range(WithoutBars, 100)] int width)
    {
        string[] lines = Lines(Backends, width);

        Assert.That(lines, Has.Length.EqualTo(Backends.Length + 4));
        Assert.That(lines, Has.All.Length.EqualTo(lines[0].Length).And.All.Length.LessThanOrEqualTo(width));
    }

    [TestCase(45, 0)]
    [TestCase(46, 0)]
    [TestCase(53, 0)]
    [TestCase(54, 5)]
    [TestCase(66, 17)]
    [TestCase(79, 30)]
    [TestCase(200, 30)]
    public void Render_Width_TheBarsTakeWhatIsLeftUpToALimit(int width, int longest)
    {
        BackendStatus[] one = [Backend("demo-udp", "a", true, "up", 0, 100_000)];

        Assert.That(string.Concat(Lines(one, width)).Count(static sign => sign == '█'), Is.EqualTo(longest));
    }

    [Test]
    public void Render_Shares_AreOfTheBackendsPool()
    {
        string[] bars = [.. Lines(Backends, 100)[3..^1].Select(line => line.Replace(" ", "").Split('│')[^2])];

        Assert.That(bars.Select(static bar => bar.Length), Is.EqualTo(new[] { 22, 7, 30, 0 }));
    }

    private static BackendStatus Backend(
        string pool, string name, bool up, string state, int active, long total) => new()
    {
        Pool = pool, Name = name, Address = "", Endpoint = null, IsAvailable = up, IsRemoved = false,
        Admin = default, Health = default, IsEjected = false, State = state, Since = default, Weight = 1,
        ConfiguredWeight = 1, Share = 0, ActiveConnections = active, TotalConnections = total, ConnectErrors = 0,
        Ejections = 0, EjectedUntil = null, LastProbe = null, DrainDeadline = null,
    };

    private static string[] Lines(IReadOnlyList<BackendStatus> backends, int width)
    {
        StringWriter output = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        console.Write(DemoTable.Render(backends, width));
        return output.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
    }
}
