using System.Net;
using System.Net.Sockets;
using L4Balancer.Config;
using L4Balancer.Health;
using L4Balancer.Interop;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>The probe with programs that do as they are told, and with others.</summary>
public sealed class ExecProbeTests
{
    private const string Shell = "/bin/sh";

    private static readonly IPEndPoint Backend = new(IPAddress.Loopback, 8080);

    private readonly ManualTime _time = new();
    private TempFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("exit 0", true, "exit code 0 after 0.0 ms")]
    [TestCase("echo; echo all good; echo more", true, "exit code 0 after 0.0 ms: all good")]
    [TestCase("echo replica lags 90 s >&2; exit 2", false, "exit code 2 after 0.0 ms: replica lags 90 s")]
    [TestCase("echo to stderr > /dev/stderr", true, "exit code 0 after 0.0 ms: to stderr")]
    [TestCase("printf 'a\\033[31mb\\0c'; exit 1", false, "exit code 1 after 0.0 ms: a?[31mb?c")]
    [TestCase("kill -SEGV $$", false, "exit code 139 after 0.0 ms")]
    [TestCase("cat; echo end of input", true, "exit code 0 after 0.0 ms: end of input")]
    public async Task Run_Program_IsJudgedByItsExitCodeAndItsFirstLineIsTheText(string script, bool isGood, string text)
    {
        ProbeResult result = await RunAsync(script).Within();

        Assert.That((result.IsGood, result.Text, result.IsVerdict), Is.EqualTo((isGood, text, true)));
    }

    [Test]
    public async Task Run_Command_HasTheBackendInItsArgumentsAndItsEnvironmentAndNothingElse()
    {
        HealthConfig check = Check("echo \"$0 $1 $2\"");
        check = check with { Command = [.. check.Command, "at:{address}:{port}", "{name}; exit 9", "$HOME"] };
        ProbeResult result = await RunAsync(check).Within();

        Assert.That(result.Text, Does.EndWith(": at:127.0.0.1:8080 127.0.0.1:8080; exit 9 $HOME"));

        ProbeResult environment =
            await RunAsync("echo $L4BALANCER_ADDRESS $L4BALANCER_PORT $L4BALANCER_NAME $L4BALANCER_TIMEOUT").Within();
        ProbeResult names = await RunAsync("env | cut -d= -f1 | grep -v -e PWD -e SHLVL -e ^_ | sort | xargs").Within();
        Assert.That(environment.Text, Does.EndWith(": 127.0.0.1 8080 127.0.0.1:8080 2"));
        Assert.That(names.Text, Does.EndWith(
            ": L4BALANCER_ADDRESS L4BALANCER_NAME L4BALANCER_PORT L4BALANCER_TIMEOUT LANG PATH"));
    }

    [Test]
    public async Task Run_Program_HasNoDescriptorThatThisProcessOpened()
    {
        using Socket socket = new(SocketType.Dgram, ProtocolType.Udp);
        using EventFd wake = new();
        ProbeResult result = await RunAsync("cd /proc/$$/fd && echo $(readlink *)").Within();

        // Whoever started the tests may have left it files and pipes, but nothing of this kind.
        Assert.That(result.Text, Does.Contain("pipe:").And.Not.Contain("socket:").And.Not.Contain("anon_inode:"));
    }

    [Test]
    public async Task Run_ProgramThatDoesNotEnd_IsKilledAtTheTimeoutWithAllThatItStarted()
    {
        Task<ProbeResult> probe = RunAsync(
            $"sleep 1000 & (trap '' TERM; sleep 1001) & echo $$ $! > {_folder["ids"]}; mv {_folder["ids"]} "
            + $"{_folder["started"]}; echo working; wait");
        int[] ids = await IdsAsync();
        _time.Advance(TimeSpan.FromSeconds(2) - TimeSpan.FromTicks(1));
        Assert.That(probe.IsCompleted, Is.False);
        Assert.That(ids, Has.All.Matches<int>(IsRunning));
        _time.Advance(TimeSpan.FromTicks(1));

        ProbeResult result = await probe.Within();
        Assert.That((result.IsGood, result.IsVerdict), Is.EqualTo((false, true)));
        Assert.That(result.Text, Does.Match("^no end within 2.0 s(: working)?$"));
        await Eventually.TrueAsync(() => !ids.Any(IsRunning), "the end of all of them");
    }

    [Test]
    public async Task Run_ProgramThatLeavesAnotherBehind_EndsThatToo()
    {
        ProbeResult result = await RunAsync(
            $"sleep 1000 & echo $! > {_folder["started"]}; exit 0").Within();
        int[] ids = await IdsAsync();

        Assert.That(result.IsGood, Is.True, result.Text);
        await Eventually.TrueAsync(() => !ids.Any(IsRunning), "its end");
    }

    [Test]
    public async Task Run_ProgramThatWritesWithoutEnd_IsReadAndKilled()
    {
        Task<ProbeResult> probe = RunAsync($"echo $$ > {_folder["started"]}; yes");
        int[] ids = await IdsAsync();
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.That((await probe.Within()).Text, Does.StartWith("no end within 2.0 s"));
        await Eventually.TrueAsync(() => !ids.Any(IsRunning), "its end");
    }

    [Test]
    public async Task Run_ProgramThatWritesALot_IsNotHeldUp()
    {
        ProbeResult result = await RunAsync("echo first; head -c 1000000 /dev/zero; exit 3").Within();

        Assert.That(result.Text, Is.EqualTo("exit code 3 after 0.0 ms: first"));
    }

    [Test]
    public async Task Run_CancelledByTheCaller_KillsAndThrows()
    {
        using CancellationTokenSource cancelled = new();
        Task<ProbeResult> probe = RunAsync(Check($"echo $$ > {_folder["started"]}; sleep 1000"), cancelled.Token);
        int[] ids = await IdsAsync();
        await cancelled.CancelAsync();

        Assert.CatchAsync<OperationCanceledException>(() => probe.Within());
        await Eventually.TrueAsync(() => !ids.Any(IsRunning), "its end");
    }

    [TestCase("/nowhere/at/all", "No such file or directory")]
    [TestCase("/etc/passwd", "Permission denied")]
    public async Task Run_ProgramThatCannotBeRun_IsNoVerdict(string program, string why)
    {
        ProbeResult result = await RunAsync(new HealthConfig { Type = ProbeType.Exec, Command = [program] }).Within();

        Assert.That((result.IsVerdict, result.Text), Is.EqualTo((false, $"{program} cannot be run: {why}")));
    }

    [Test]
    public async Task Run_OutOfDescriptors_IsNoVerdict()
    {
        Task<ProbeResult> probe;
        using (new NoDescriptors()) probe = RunAsync("exit 0");

        Assert.That((await probe.Within()).IsVerdict, Is.False);
    }

    [Test]
    public async Task Run_ManyAtOnce_LeaveNoProcessBehind()
    {
        ProbeResult[] results =
            await Task.WhenAll(Enumerable.Range(0, 50).Select(i => RunAsync($"exit {i % 2}"))).Within();

        Assert.That(results.Count(static result => result.IsGood), Is.EqualTo(25));
        await Eventually.TrueAsync(() => Children().Length == 0, "no child that nobody has reaped");
    }

    private static bool IsRunning(int id) => TextOf($"/proc/{id}/stat").Split(')') is [_, var state, ..]
        && !state.StartsWith(" Z", StringComparison.Ordinal);

    /// <summary>The shells among the children of this process, dead ones that wait for their parent included.</summary>
    private static string[] Children() =>
    [
        .. Directory.EnumerateDirectories($"/proc/{Environment.ProcessId}/task")
            .SelectMany(static thread => TextOf($"{thread}/children").Split(' '))
            .Where(static id => id.Length > 0)
            .Where(static id => TextOf($"/proc/{id}/comm").Trim() == "sh"),
    ];

    /// <summary>What stands in a file of proc(5); nothing where its process or thread has gone meanwhile.</summary>
    private static string TextOf(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static HealthConfig Check(string script) =>
        new() { Type = ProbeType.Exec, Command = [Shell, "-c", script] };

    private Task<ProbeResult> RunAsync(string script) => RunAsync(Check(script));

    private Task<ProbeResult> RunAsync(HealthConfig check, CancellationToken cancellationToken = default) =>
        new ProbeRunner(_time).RunAsync(
            ProbeTargets.Of(Backend, check, TimeSpan.FromSeconds(2)), cancellationToken);

    private async Task<int[]> IdsAsync()
    {
        await Eventually.TrueAsync(
            () => File.Exists(_folder["started"]) && File.ReadAllText(_folder["started"]).EndsWith('\n'), "a start");
        return [.. File.ReadAllText(_folder["started"]).Split().Where(static id => id.Length > 0).Select(int.Parse)];
    }
}
