using System.Diagnostics;
using NUnit.Framework;

namespace L4Balancer.Tests.Daemon.Systemd;

/// <summary>The unit, judged by systemd itself.</summary>
internal sealed class UnitFileTests
{
    private const string Analyze = "/usr/bin/systemd-analyze";

    private string _directory = "";

    private string Unit => Path.Combine(_directory, "l4balancer.service");

    /// <summary>The unit with a program that exists here.</summary>
    [SetUp]
    public void CopyUnit()
    {
        if (!File.Exists(Analyze)) Assert.Ignore("systemd-analyze is not installed");
        _directory = Directory.CreateTempSubdirectory("l4balancer-").FullName;
        string unit = File.ReadAllText(Repository.PathOf("systemd/l4balancer.service"));
        File.WriteAllText(Unit, unit.Replace("/usr/bin/l4balancer ", "/bin/true ", StringComparison.Ordinal));
    }

    [TearDown]
    public void DeleteCopy()
    {
        if (_directory.Length > 0) Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public void Verify_Unit_IsClean() => Assert.That(Run("verify", Unit), Is.EqualTo((0, "")));

    [Test]
    public void Security_Unit_ExposesLittle()
    {
        (int exitCode, string output) = Run("security", "--offline=true", "--threshold=20", Unit);

        Assert.That(exitCode, Is.Zero, output);
    }

    private static (int ExitCode, string Output) Run(params string[] arguments)
    {
        using Process process = new()
        {
            StartInfo = new ProcessStartInfo(Analyze, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
