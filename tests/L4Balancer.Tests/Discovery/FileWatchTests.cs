using L4Balancer.Discovery;
using L4Balancer.Tests.Daemon.Logging;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Discovery;

/// <summary>A file with backends that changes in every way that files do.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FileWatchTests
{
    private readonly TempFolder _folder = new();
    private readonly RecordingLogger _log = new();
    private Surroundings _surroundings = null!;
    private int _told;

    private string File => _folder["web.json"];

    [SetUp]
    public void Begin() => _surroundings = new Surroundings(
        TimeProvider.System, _log, () => Interlocked.Increment(ref _told));

    [TearDown]
    public void End()
    {
        _surroundings.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task File_IsRenamedIntoPlace_IsReadAnew()
    {
        Write("10.0.0.1:80");
        await using FileWatch watch = new(File, _surroundings);
        Assert.That(Names(watch), Is.EqualTo(["10.0.0.1:80"]));

        Replace("10.0.0.2:80", "10.0.0.3:80");
        await IsAsync(watch, "10.0.0.2:80", "10.0.0.3:80");
        await Eventually.TrueAsync(() => _told > 0, "somebody is told"); // After it is there to be read.
        Assert.That(_told, Is.EqualTo(1));
    }

    [Test]
    public async Task File_IsWrittenInPartsInPlace_NoPartOfItIsUsed()
    {
        Write("10.0.0.1:80");
        await using FileWatch watch = new(File, _surroundings);
        HashSet<string> seen = [];
        using (FileStream file = new(File, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite))
        {
            // A line's end comes with the next one's start: what ends there could not be told from a finished file.
            string[] parts = ["10.0.0.2:80", "\n10.0.0.3:8", "0\n10.0.0.", "4:80\n10", ".0.0.5:80\n10.0.0.6:80\n1",
                "0.0.0.7:80\n10.0.0.8", ":80\n"];
            foreach (string part in parts[..^1])
            {
                long looks = _surroundings.Files.Failed;
                file.Write(System.Text.Encoding.ASCII.GetBytes(part));
                file.Flush();
                await Eventually.TrueAsync(() => _surroundings.Files.Failed > looks, "a look at what is not whole");
                seen.UnionWith(Names(watch));
            }

            file.Write(System.Text.Encoding.ASCII.GetBytes(parts[^1]));
        }

        await IsAsync(watch, [.. Enumerable.Range(2, 7).Select(static i => $"10.0.0.{i}:80")]);
        Assert.That(seen, Is.EqualTo(["10.0.0.1:80"]));
    }

    [Test]
    public async Task File_HasAWrongLineThenNone_KeepsWhatWasThereAndSaysWhy()
    {
        Write("10.0.0.1:80");
        await using FileWatch watch = new(File, _surroundings);

        Replace("10.0.0.2:80", "10.0.0.3");
        await LoggedAsync($"{File}:2:1: \"10.0.0.3\" has no port");
        System.IO.File.Delete(File);
        await LoggedAsync($"{File}: there is no such file; until it can be used, its backends stay as before: 1");
        Assert.That(Names(watch), Is.EqualTo(["10.0.0.1:80"]));
        Assert.That(watch.State.Error, Does.Contain("no such file"));

        Replace("10.0.0.4:80");
        await IsAsync(watch, "10.0.0.4:80");
        Assert.That(watch.State.Error, Is.Null);
    }

    [Test]
    public async Task File_IsALinkThatLeadsElsewhereNow_IsReadAnew()
    {
        Directory.CreateDirectory(_folder["1"]);
        Directory.CreateDirectory(_folder["2"]);
        System.IO.File.WriteAllText(_folder["1/web.json"], "10.0.0.1:80\n");
        System.IO.File.WriteAllText(_folder["2/web.json"], "10.0.0.22:80\n");
        Directory.CreateSymbolicLink(_folder["data"], _folder["1"]);
        System.IO.File.CreateSymbolicLink(File, _folder["data/web.json"]);
        await using FileWatch watch = new(File, _surroundings);

        // As mounted configuration is swapped: the link beside the file is replaced, not the file.
        Directory.CreateSymbolicLink(_folder["next"], _folder["2"]);
        Directory.Move(_folder["data"], _folder["old"]);
        Directory.Move(_folder["next"], _folder["data"]);
        await IsAsync(watch, "10.0.0.22:80");
    }

    [Test]
    public async Task File_ComesOnlyLater_WithItsFolder()
    {
        await using FileWatch watch = new(_folder["later/web.json"], _surroundings);
        Assert.That(watch.Backends, Is.Empty);

        Directory.CreateDirectory(_folder["later"]);
        System.IO.File.WriteAllText(_folder["later/web.json"], "10.0.0.1:80\n");
        await IsAsync(watch, "10.0.0.1:80");
    }

    [Test]
    public async Task File_TensOfThousandsOfLines_AreRead()
    {
        string[] many = [.. Enumerable.Range(0, 50_000).Select(static i => $"10.0.{i >> 8}.{i & 255}:80")];
        Write(many);
        await using FileWatch watch = new(File, _surroundings);

        Assert.That(Names(watch), Is.EqualTo(many));
    }

    private static IEnumerable<string> Names(FileWatch watch) => watch.Backends.Select(static one => one.Name);

    private static Task IsAsync(FileWatch watch, params string[] names) =>
        Eventually.TrueAsync(() => Names(watch).SequenceEqual(names), string.Join(", ", names));

    private void Write(params string[] lines) => System.IO.File.WriteAllLines(File, lines);

    private void Replace(params string[] lines)
    {
        System.IO.File.WriteAllLines(_folder["web.json.new"], lines);
        System.IO.File.Move(_folder["web.json.new"], File, overwrite: true);
    }

    private Task LoggedAsync(string text) => Eventually.TrueAsync(
        () => _log.Lines.Any(line => line.Contains(text, StringComparison.Ordinal)), text);
}
