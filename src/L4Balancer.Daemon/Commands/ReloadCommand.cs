using System.CommandLine;
using System.Net;
using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Commands.Display;
using L4Balancer.Daemon.Configuration;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer reload</c>: the daemon reads its file anew and changes what has changed.</summary>
internal static class ReloadCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("reload", "Put the configuration file in force; with any error in it nothing changes");
        AdminCommand.AddOptions(command);
        AdminCommand.SetAction(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(AdminCall call)
    {
        AdminAnswer answer = await call.Client.PostAsync("reload");
        bool isInvalid = answer.Status == HttpStatusCode.UnprocessableEntity;
        if (!isInvalid) answer.OrRefused();
        if (call.AsJson)
        {
            AdminCall.Print(answer);
            return isInvalid ? ExitCodes.Invalid : ExitCodes.Ok;
        }

        ReloadJson reload = answer.Read(AnswersJson.Default.ReloadJson);
        ProblemText.Write(reload.Problems);
        if (isInvalid)
        {
            int errors = reload.Problems.Count(static problem => problem.Severity == "error");
            string why = errors > 0 ? $"the file has {Listing.Count(errors, "error")}" : reload.Error ?? "it failed";
            throw new CommandFailure(ExitCodes.Invalid, $"nothing has changed: {why}");
        }

        Terminal output = Terminal.Output;
        foreach (string change in reload.Changes) output.WriteSentence(change);
        foreach (string warning in reload.Warnings) output.WriteSentence($"warning: {warning}", Tone.Warning);
        output.WriteSentence(
            reload.Changes.Count == 0
                ? "reloaded; nothing has changed"
                : $"reloaded, {Listing.Count(reload.Changes.Count, "change")}",
            Tone.Good);
        return ExitCodes.Ok;
    }
}
