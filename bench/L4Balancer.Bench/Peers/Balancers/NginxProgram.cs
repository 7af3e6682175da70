using L4Balancer.Bench.Peers.Machine;

namespace L4Balancer.Bench.Peers.Balancers;

/// <summary>
/// nginx with its stream module: as its defaults have it, and with multi_accept, by which it takes more than one
/// datagram for each time that it waits. Its receive buffer for datagrams holds all that the load has under way: with
/// the kernel's default 1 to 5 % would be lost where 8 datagrams or a train are outstanding. One worker needs no
/// reuseport, and proxy_responses would end sessions.
/// </summary>
internal sealed class NginxProgram(string name, bool multiAccept) : BalancerProgram(name, "nginx-stream.conf")
{
    /// <summary>Where Debian has the module that others have in the program.</summary>
    private const string StreamModule = "/usr/lib/nginx/modules/ngx_stream_module.so";

    /// <summary>The command that runs nginx in the foreground.</summary>
    public static IEnumerable<string> Command(string file) =>
        ["nginx", "-e", Path.Combine(Path.GetDirectoryName(file)!, "error.log"), "-c", file];

    protected override string AddSettings(Rig rig, int workers, Dictionary<string, string> values)
    {
        values["variant"] = multiAccept ? "Here: with multi_accept." : "Here: without multi_accept.";
        values["load_module"] = File.Exists(StreamModule) ? $"load_module {StreamModule};" : "";
        values["multi_accept"] = multiAccept ? "on" : "off";
        values["reuseport"] = workers > 1 ? " reuseport" : "";
        values["udp_buffer"] = "4m";
        return "";
    }

    protected override IEnumerable<string> Command(Rig rig, string file) => Command(file);

    protected override IReadOnlyList<int> Working(ChildProcess process) => ProcessGroup.ChildrenOf(process.Id);
}
