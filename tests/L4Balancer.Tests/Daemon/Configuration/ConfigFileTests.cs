using L4Balancer.Daemon.Configuration;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Configuration;

/// <summary>What can be wrong with a file before anything in it is.</summary>
internal sealed class ConfigFileTests
{
    private string _directory = "";

    private string FilePath => Path.Combine(_directory, "web.toml");

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("l4balancer-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void Load_NoFile_SaysHowToGetOne() => Assert.That(
        Load(), Is.EqualTo("there is no such file; 'l4balancer config example' prints one to begin with"));

    [Test]
    public void Load_NoDirectory_IsTheSame() => Assert.That(
        Only(ConfigFile.Load(Path.Combine(_directory, "nowhere", "web.toml"))),
        Does.StartWith("there is no such file"));

    [Test]
    public void Load_Directory_SaysSo() => Assert.That(
        Only(ConfigFile.Load(_directory)), Is.EqualTo("this is a directory; name the file in it"));

    [Test]
    public void Load_EmptyPath_IsReported() => Assert.That(
        Only(ConfigFile.Load("")), Does.StartWith("the file cannot be read"));

    [Test]
    public void Load_EmptyFile_ShowsTheThreeLines()
    {
        File.WriteAllText(FilePath, "");

        Assert.That(Load(), Does.StartWith("there is no [service.NAME]"));
    }

    [Test]
    public void Load_NotUtf8_SaysWhere()
    {
        File.WriteAllBytes(FilePath, [.. "[log]\n# "u8, 0xE9, .. "\n"u8]);
        ConfigFile file = ConfigFile.Load(FilePath);

        Assert.Multiple(() =>
        {
            Assert.That(Only(file), Does.Contain("UTF-8"));
            Assert.That(file.Problems[0].Position?.ToString(), Is.EqualTo("2:3"));
        });
    }

    [Test]
    public void Load_OverTheLimit_IsNotReadToTheEnd()
    {
        using (FileStream file = File.Create(FilePath)) file.SetLength(1L << 40);

        Assert.That(Load(), Is.EqualTo("the file is larger than 16 MiB; is it the right one?"));
    }

    [Test]
    public void Load_ExactlyTheLimit_IsRead()
    {
        File.WriteAllBytes(FilePath, [.. Enumerable.Repeat((byte)'\n', ConfigFile.MostBytes)]);

        Assert.That(Load(), Does.StartWith("there is no [service.NAME]"));
    }

    [Test]
    public void Load_EndlessDevice_EndsAtTheLimit() => Assert.That(
        Only(ConfigFile.Load("/dev/zero")), Is.EqualTo("the file is larger than 16 MiB; is it the right one?"));

    private string Load() => Only(ConfigFile.Load(FilePath));

    private static string Only(ConfigFile file)
    {
        Assert.That(file.Config, Is.Null);
        return file.Problems.Single().Message;
    }
}
