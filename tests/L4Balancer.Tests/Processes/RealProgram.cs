using NUnit.Framework;

namespace L4Balancer.Tests.Processes;

/// <summary>
/// Finds the real programs that tests talk to. Where one is missing the test is skipped and says which package has it.
/// </summary>
internal static class RealProgram
{
    /// <summary>Where daemons are, which the PATH of an ordinary user often leaves out.</summary>
    private static readonly string[] SystemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    private static readonly Dictionary<string, string> Packages = new()
    {
        ["nginx"] = "nginx-light",
        ["haproxy"] = "haproxy",
        ["openssl"] = "openssl",
        ["wrk"] = "wrk",
        ["curl"] = "curl",
        ["redis-server"] = "redis-server",
        ["sshd"] = "openssh-server",
        ["ssh"] = "openssh-client",
        ["ssh-keygen"] = "openssh-client",
        ["promtool"] = "prometheus",
        ["setpriv"] = "util-linux",
        ["strace"] = "strace",
        ["unshare"] = "util-linux",
        ["dnsmasq"] = "dnsmasq-base",
        ["dig"] = "bind9-dnsutils",
        ["dnsperf"] = "dnsperf",
        ["ip"] = "iproute2",
        ["iperf3"] = "iperf3",
        ["logger"] = "bsdutils",
        ["systemd-socket-activate"] = "systemd",
        ["bash"] = "bash",
        ["zsh"] = "zsh",
        ["fish"] = "fish",
        ["tmux"] = "tmux",
        ["python3"] = "python3-minimal",
        ["chromium"] = "chromium",
    };

    /// <summary>The program's full path.</summary>
    public static string Find(string name)
    {
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), .. SystemFolders];
        string? found = folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (found is null) Assert.Ignore($"{name} is missing (Debian package {Packages[name]})");
        return found!;
    }
}
