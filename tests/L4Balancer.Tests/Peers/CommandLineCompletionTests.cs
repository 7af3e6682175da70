using L4Balancer.Tests.Loopback;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>Real shells complete commands, options and the names that a real daemon has.</summary>
public sealed class CommandLineCompletionTests
{
    /// <summary>Completes what is written, as bash does when Tab is pressed at its end.</summary>
    private const string BashScript =
        """
        eval "$(l4balancer completion bash)"
        compopt() { echo "compopt $*"; }
        COMP_LINE=$1 COMP_POINT=${#1}
        _l4balancer
        ((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
        """;

    /// <summary>Presses Tab in an interactive zsh and prints the line that stands there then.</summary>
    private const string ZshScript =
        """
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell "PS1= PS2= RPS1=; autoload -Uz compinit; compinit -u -D; setopt no_list_beep no_always_to_end"
        zpty -w shell 'source <(l4balancer completion zsh); show() { print -r -- "LINE<$BUFFER>"; }; zle -N show'
        zpty -w shell 'bindkey "^I" complete-word "^X" show; zstyle ":completion:*" menu no; print READY-$((1+1))'
        zpty -r shell out '*READY-2*'
        zpty -w -n shell "$1"$'\t'$'\x18'
        zpty -r shell out '*LINE<*>*'
        print -r -- "${${out##*LINE<}%%>*}"
        zpty -d shell
        """;

    private TestServer _server = null!;
    private DaemonProcess _daemon = null!;

    private string Backend => $"test/{_server.EndPoint}";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = TestServer.Echo();
        _daemon = await DaemonProcess.StartAsync(new DaemonFile(_server.EndPoint));
        await _daemon.AskAsync("backend", "list"); // Its first answer takes longest.
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        _server?.Dispose();
    }

    [TestCase("l4balancer st", "status")]
    [TestCase("l4balancer co", "config connections completion")]
    [TestCase("l4balancer backend ", "list drain ready maint weight")]
    [TestCase("l4balancer backend drain x --d", "--deadline")]
    [TestCase("l4balancer backend weight x d", "default")]
    [TestCase("l4balancer completion ", "bash zsh fish")]
    [TestCase("l4balancer top c", "clients connections")]
    [TestCase("l4balancer top --by ", "bytes connections rate")]
    [TestCase("l4balancer check --format=", "json text")]
    [TestCase("l4balancer run --config ", "compopt -o default")]
    [TestCase("l4balancer backend drain x y", "")]
    [TestCase("l4balancer nonsense ", "")]
    [TestCase("l4balancer complet", "completion")]
    public async Task Bash_Words_AreThoseThatMayFollow(string line, string expected)
    {
        string output = await BashAsync(line);

        Assert.That(Lines(output), Is.EquivalentTo(expected.Length == 0 ? [] : Split(expected)));

        static string[] Split(string words) =>
            words.StartsWith("compopt", StringComparison.Ordinal) ? [words] : words.Split(' ');
    }

    [Test]
    public async Task Bash_OptionsOfACommand_AreItsOwnAndThoseFromAbove()
    {
        string[] options = Lines(await BashAsync("l4balancer connections kill --"));

        string[] some = ["--client", "--backend", "--service", "--socket", "--json", "--help"];
        Assert.That(options, Is.SupersetOf(some));
        Assert.That(options, Does.Not.Contain("--limit"));
    }

    [TestCase("te")]
    [TestCase("")]
    public async Task Bash_BackendsName_IsTheDaemons(string begun) => Assert.That(
        await OffersAsync(Backend, () => BashAsync($"l4balancer backend drain --socket {_daemon.ControlPath} {begun}")),
        Is.EqualTo(Backend));

    [Test]
    public async Task Bash_BackendsNameUpToItsColon_IsGivenFromThereOn() => Assert.That(
        await OffersAsync(
            $"{_server.EndPoint.Port}",
            () => BashAsync($"l4balancer backend drain --socket {_daemon.ControlPath} test/127.0.0.1:")),
        Is.EqualTo($"{_server.EndPoint.Port}"));

    [Test]
    public async Task Bash_ServicesName_IsTheDaemons() => Assert.That(
        await OffersAsync(
            "test", () => BashAsync($"l4balancer connections --socket {_daemon.ControlPath} --service ")),
        Is.EqualTo("test"));

    [Test]
    public async Task Bash_ConfigInsteadOfSocket_FindsTheDaemonToo() => Assert.That(
        await OffersAsync(Backend, () => BashAsync($"l4balancer backend --config {_daemon.ConfigPath} ready t")),
        Is.EqualTo(Backend));

    [Test]
    public async Task Bash_DaemonNotRunning_OffersNothingAndSaysNothing() => Assert.That(
        await BashAsync("l4balancer backend drain --socket /nowhere/admin.sock "), Is.Empty);

    [Test]
    public async Task Bash_AliasOfThePath_IsCompletedToo()
    {
        string script = $"shopt -s expand_aliases\nalias l4balancer={DaemonProgram.FullPath}\n{BashScript}";

        Assert.That(
            await CommandLinePeer.ShellAsync("bash", "-c", script, "bash", "l4balancer stat"), Is.EqualTo("status"));
    }

    [TestCase("l4balancer st", "l4balancer status ")]
    [TestCase("l4balancer backend dra", "l4balancer backend drain ")]
    public async Task Zsh_Words_AreThoseThatMayFollow(string line, string expected) => Assert.That(
        await CommandLinePeer.ShellAsync("zsh", "-f", "-c", ZshScript, "zsh", line), Is.EqualTo(expected));

    [Test]
    public async Task Zsh_BackendsName_IsTheDaemons()
    {
        string line = $"l4balancer backend drain --socket {_daemon.ControlPath} te";

        Assert.That(
            await OffersAsync(Backend, async () =>
                (await CommandLinePeer.ShellAsync("zsh", "-f", "-c", ZshScript, "zsh", line)).Replace("\\", "")),
            Is.EqualTo($"{line[..^2]}{Backend} "));
    }

    [TestCase("l4balancer st", "status")]
    [TestCase("l4balancer backend d", "drain")]
    public async Task Fish_Words_AreThoseThatMayFollowWithWhatTheyDo(string line, string expected) => Assert.That(
        await FishAsync(line), Does.Match($"^{expected}\t[A-Z].+$"));

    [Test]
    public async Task Fish_BackendsName_IsTheDaemonsWithItsState() => Assert.That(
        await OffersAsync(Backend, () => FishAsync($"l4balancer backend drain --socket {_daemon.ControlPath} te")),
        Is.EqualTo($"{Backend}\tup, 0 open"));

    /// <summary>Completes again where the daemon has not answered within a second, when no names are offered.</summary>
    private static async Task<string> OffersAsync(string name, Func<Task<string>> complete)
    {
        string output = await complete();
        for (int i = 0; i < 5 && !output.Contains(name, StringComparison.Ordinal); i++) output = await complete();
        return output;
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static Task<string> BashAsync(string line) =>
        CommandLinePeer.ShellAsync("bash", "-c", BashScript, "bash", line);

    private static Task<string> FishAsync(string line) => CommandLinePeer.ShellAsync(
        "fish", "--no-config", "-c", "l4balancer completion fish | source; complete -C $argv[1]", line);
}
