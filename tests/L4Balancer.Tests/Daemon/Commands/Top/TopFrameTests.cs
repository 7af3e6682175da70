using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Commands.Display;
using L4Balancer.Daemon.Commands.Top;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Commands.Top;

/// <summary>What <c>top</c> shows fits the screen, and is in the order that was asked for.</summary>
internal sealed class TopFrameTests
{
    private const string Time = "2026-01-02T03:04:05.678Z";
    private const int Flows = 50;

    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 5, 0, TimeSpan.Zero);

    [Test]
    public void Screen_AnySize_IsNeitherWiderNorHigher(
        [Range(0, 4)] int view, [Values(20, 40, 59, 60, 61, 80, 200)] int width, [Values(6, 10, 24, 70)] int height)
    {
        for (int sort = 0; sort < TopView.All[view].Columns.Length; sort++)
        {
            IReadOnlyList<Cell[]> screen =
                TopFrame.Screen(Sample(), new TopChoice(view) { Sort = sort }, null, width, height);

            Assert.That(screen, Has.Count.EqualTo(height));
            Assert.That(screen.Select(Text), Has.All.Length.LessThanOrEqualTo(width));
        }
    }

    [Test]
    public void Screen_EveryView_ShowsTheSortedColumnAndEveryKey([Range(0, 4)] int view, [Values(60, 80)] int width)
    {
        for (int sort = 0; sort < TopView.All[view].Columns.Length; sort++)
        {
            string screen = Joined(TopFrame.Screen(Sample(), new TopChoice(view) { Sort = sort }, null, width, 30));

            Assert.That(screen, Does.Contain($"{TopView.All[view].Columns[sort].Title}").And.Match("[▼▲]"));
            Assert.That(
                TopView.All.Select(static one => one.Name).Concat(["sort", "reverse", "scroll", "pause", "q quit"]),
                Has.All.Matches<string>(word => screen.Contains(word, StringComparison.Ordinal)));
        }
    }

    [Test]
    public void Sorted_AnyColumn_IsInItsOrderAndReversedInTheOther([Range(0, 4)] int view)
    {
        TopView chosen = TopView.All[view];
        for (int sort = 0; sort < chosen.Columns.Length; sort++)
        {
            int column = sort;
            bool isNumber = chosen.Columns[column].IsNumber;
            IReadOnlyList<TopCell[]> rows = chosen.Sorted(Sample(), column, reversed: false);
            IReadOnlyList<TopCell[]> reversed = chosen.Sorted(Sample(), column, reversed: true);

            if (isNumber)
            {
                Assert.That(rows.Select(row => row[column].Order), Is.Ordered.Descending);
                Assert.That(reversed.Select(row => row[column].Order), Is.Ordered.Ascending);
            }
            else
            {
                Assert.That(
                    rows.Select(row => row[column].Cell.Text), Is.Ordered.Using<string>(StringComparer.Ordinal));
                Assert.That(
                    reversed.Select(row => row[column].Cell.Text),
                    Is.Ordered.Descending.Using<string>(StringComparer.Ordinal));
            }
        }
    }

    [Test]
    public void Screen_Scrolled_ShowsEveryRowOnceAndStopsAtTheLast()
    {
        const int Connections = 4;
        HashSet<string> seen = [];
        for (int scroll = 0; scroll < Flows + 10; scroll++)
        {
            TopChoice choice = new(Connections) { Scroll = scroll };
            string[] rows = [.. TopFrame.Screen(Sample(), choice, null, 200, 20).Select(Text).Where(IsFlow)];

            Assert.That(rows, Has.Length.GreaterThan(5));
            seen.UnionWith(rows.Select(static row => row.Split(' ')[0]));
        }

        Assert.That(seen, Has.Count.EqualTo(Flows));
    }

    [Test]
    public void Screen_DaemonGone_SaysSoAboveWhatItSaidLast()
    {
        string screen = Joined(TopFrame.Screen(Sample(), new TopChoice(0), "no answer from /x", 80, 24));

        Assert.That(screen, Does.Contain("no answer from /x").And.Contain("web"));
    }

    [Test]
    public void Plain_OutputThatIsNoTerminal_HasEveryRowAndNoKeys()
    {
        string plain = Joined(TopFrame.Plain(Sample(), new TopChoice(4)));

        Assert.That(plain.Split('\n').Count(IsFlow), Is.EqualTo(Flows));
        Assert.That(plain, Does.Not.Contain("quit"));
    }

    private static bool IsFlow(string line) => line.StartsWith("192.0.2.", StringComparison.Ordinal);

    private static string Text(Cell[] line) => string.Concat(line.Select(static cell => cell.Text));

    private static string Joined(IEnumerable<Cell[]> lines) => string.Join('\n', lines.Select(Text));

    private static TopSample Sample() => new()
    {
        At = Now,
        Status = new StatusJson(
            "1.2.3+abc", 4711, Time, 99.5, "serving", true, null, new UsageJson(12, 9000), new UsageJson(200, 20000), 2,
            new LoadedConfigJson("/etc/web.toml", Time, new ReloadCountsJson(1, 0), null),
            [Service("web", 17, 300), Service("dns", 90, 20)],
            [Backend("web", "10.0.0.11:8080", "up", 8), Backend("web", "[2001:db8::1:2:3]:8080", "down", 0)],
            [], []),
        Services = new Dictionary<string, Rates> { ["web"] = new(3.5, 1e6, 2e9) },
        Users = new TopJson(
            "rate", [new TopClientJson("192.0.2.1", 3, 100, 5.5), new TopClientJson("192.0.2.2", 1, 900, 0.5)],
            [new TopPrefixJson("192.0.2.0/24", 4, 1000, 6)]),
        Connections = new ConnectionsJson(
            Flows, [.. Enumerable.Range(1, Flows).Select(static i => Connection(i))]),
    };

    private static ServiceJson Service(string name, int open, long total) => new(
        name, "tcp", name, ["0.0.0.0:80"], "serving", new SessionsJson(open, 100, 9000, total),
        new BytesJson(1, 2, 3, 4), new Dictionary<string, long>(), 1, 2);

    private static BackendJson Backend(string pool, string name, string state, int open) => new(
        pool, name, name, name, state == "up", false, "ready", state, false, state, Time, 1, 1, 0.5,
        new BackendSessionsJson(open, 100), 0, 0, null,
        new LastProbeJson(Time, state == "up", "connect refused after 0.2 ms"), null,
        new BackendPlaceJson(0, false, null, false));

    private static ConnectionJson Connection(int i) => new(
        $"0-{i}-1", "web", "tcp", "web", $"192.0.2.{i}:50000", "192.0.2.200:80", i % 3 == 0 ? null : "10.0.0.11:8080",
        i % 4 == 0 ? "half_closed" : "open", i * 10, i, i * 1000, i * 99_999);
}
