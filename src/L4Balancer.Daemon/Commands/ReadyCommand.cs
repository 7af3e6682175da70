using System.CommandLine;
using System.Text.Json;
using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Commands.Display;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer ready</c>: whether clients should be sent here, for scripts by its exit code.</summary>
internal static class ReadyCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("ready", "Tell whether the daemon takes clients: exit code 0, or 1 and why not");
        AdminCommand.AddOptions(command);
        AdminCommand.SetAction(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(AdminCall call)
    {
        StatusJson status = await call.Client.GetAsync(StatusCommand.Page, AnswersJson.Default.StatusJson);
        if (call.AsJson)
        {
            ReadyJson ready = new(status.Ready, status.NotReadyBecause);
            Console.Out.WriteLine(JsonSerializer.Serialize(ready, AnswersJson.Default.ReadyJson));
        }
        else if (status.Ready)
        {
            Terminal.Output.Write(new Cell("ready", Tone.Good));
        }
        else
        {
            Terminal.Output.WriteSentence($"not ready: {status.NotReadyBecause ?? status.Phase}", Tone.Warning);
        }

        return status.Ready ? ExitCodes.Ok : ExitCodes.Invalid;
    }
}
