using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using L4Balancer.Tests.Processes;
using NUnit.Framework;

namespace L4Balancer.Tests.Peers;

/// <summary>ssh to sshd: a handshake in which both sides speak, then bytes that any damage makes unreadable.</summary>
public sealed class SshTests
{
    private const string SeparationFolder = "/run/sshd";
    private const int PipedBytes = 1024 * 1024;

    private string _ssh = "";
    private TempFolder _folder = null!;
    private ChildProcess _sshd = null!;
    private DaemonProcess _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _ssh = RealProgram.Find("ssh");
        string sshd = RealProgram.Find("sshd");
        string keygen = RealProgram.Find("ssh-keygen");
        IPEndPoint address = new(IPAddress.Loopback, UnusedPort.Next());
        _folder = new TempFolder();
        foreach (string key in (string[])["host", "client"])
        {
            await ChildProcess.RunAsync(keygen, "-q", "-t", "ed25519", "-N", "", "-f", _folder[key]);
        }

        // Where sshd runs as root it insists on this folder, which its service would have made.
        if (Environment.IsPrivilegedProcess) Directory.CreateDirectory(SeparationFolder);
        File.WriteAllText(_folder["sshd_config"], Config(address));
        _sshd = ChildProcess.Start(sshd, ["-D", "-e", "-f", _folder["sshd_config"]]);
        await _sshd.ListensAsync(address);
        await RequireLoginAsync(address);
        _daemon = await DaemonProcess.StartAsync(new DaemonFile(address));
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_daemon is not null) await _daemon.DisposeAsync();
        if (_sshd is not null) await _sshd.DisposeAsync();
        _folder?.Dispose();
    }

    [Test]
    public async Task Ssh_MegabytePipedBothWays_ComesBackAsItWas()
    {
        byte[] sent = RandomNumberGenerator.GetBytes(PipedBytes);
        ProcessStartInfo start = new(_ssh, Arguments("cat"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process ssh = Process.Start(start)!;
        try
        {
            using MemoryStream received = new();
            Task receiving = ssh.StandardOutput.BaseStream.CopyToAsync(received);
            await ssh.StandardInput.BaseStream.WriteAsync(sent).AsTask().Within();
            ssh.StandardInput.Close();
            await receiving.Within();
            await ssh.WaitForExitAsync().Within();

            Assert.Multiple(() =>
            {
                Assert.That(ssh.ExitCode, Is.Zero, string.Join('\n', _sshd.Errors));
                Assert.That(received.ToArray(), Is.EqualTo(sent));
            });
        }
        finally
        {
            if (!ssh.HasExited) ssh.Kill();
        }
    }

    [Test]
    public async Task Ssh_ServerHangsUp_ExitCodeArrives()
    {
        await using ChildProcess ssh = ChildProcess.Start(_ssh, Arguments("exit 7"));

        Assert.That(await ssh.ExitAsync(), Is.EqualTo(7), string.Join('\n', ssh.Errors));
    }

    /// <summary>Some accounts may not log in at all, whatever the key.</summary>
    private async Task RequireLoginAsync(IPEndPoint address)
    {
        await using ChildProcess ssh = ChildProcess.Start(_ssh, Arguments(address, "true"));
        if (await ssh.ExitAsync() == 0) return;

        string[] said = [.. ssh.Errors, .. _sshd.Errors];
        Assert.Ignore($"sshd lets {Environment.UserName} not in, even without a balancer: {string.Join("; ", said)}");
    }

    private string[] Arguments(string command) => Arguments(_daemon.Address, command);

    private string[] Arguments(IPEndPoint server, string command) =>
    [
        "-F", "none", "-i", _folder["client"], "-p", $"{server.Port}", "-o", "BatchMode=yes",
        "-o", "LogLevel=ERROR", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
        $"{Environment.UserName}@127.0.0.1", command,
    ];

    private string Config(IPEndPoint address) =>
        $"""
        ListenAddress {address.Address}
        Port {address.Port}
        HostKey {_folder["host"]}
        AuthorizedKeysFile {_folder["client"]}.pub
        PidFile {_folder["sshd.pid"]}
        PermitRootLogin prohibit-password
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        UsePAM no
        StrictModes no
        """;
}
