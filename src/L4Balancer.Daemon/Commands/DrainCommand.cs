using System.CommandLine;
using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Commands.Display;
using L4Balancer.Daemon.Configuration;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer drain</c>: the daemon says that it leaves, and takes no more clients.</summary>
internal static class DrainCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Option<TimeSpan?> notice = DurationOption.Create(
            "--notice", "Serve new clients for this long after /ready says no [default: global.drain_notice]");
        Option<TimeSpan?> wait = DurationOption.Create(
            "--wait", "Wait until no flow remains, at most this long; exit code 1 if some do");
        Command command = new(
            "drain", "Drain the whole daemon: flows go on, no new ones are taken, until it is stopped")
        {
            notice, wait,
        };
        AdminCommand.AddOptions(command);
        AdminCommand.SetAction(command, call => RunAsync(
            call, call.Parsed.GetValue(notice), call.Parsed.GetValue(wait)));
        return command;
    }

    private static async Task<int> RunAsync(AdminCall call, TimeSpan? notice, TimeSpan? wait)
    {
        AdminAnswer answer = await call.Client.PostAsync(
            "drain", new DrainRequest(notice?.TotalSeconds), AnswersJson.Default.DrainRequest);
        DrainJson draining = answer.OrRefused().Read(AnswersJson.Default.DrainJson);
        if (call.AsJson) AdminCall.Print(answer);
        else Terminal.Output.WriteSentence(Describe(draining));

        return wait is { } patience ? await new DrainWait(call, patience).ForDaemonAsync() : ExitCodes.Ok;
    }

    private static string Describe(DrainJson draining)
    {
        string open = $"{Listing.Count((int)draining.Connections, "flow")} open";
        return draining.Phase == "notice"
            ? $"notice given: /ready says no, new clients are still served; {open}"
            : $"draining: no new clients; {open}";
    }
}
