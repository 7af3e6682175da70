using System.CommandLine;
using L4Balancer.Daemon.Admin.Forms;
using L4Balancer.Daemon.Client;
using L4Balancer.Daemon.Commands.Display;

namespace L4Balancer.Daemon.Commands;

/// <summary><c>l4balancer zone</c>: shows zones, takes one out of all pools, brings it back.</summary>
internal static class ZoneCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        Command command = new("zone", "List zones; take one out of all pools, or bring it back")
        {
            List(), Away(), Back(),
        };
        AdminCommand.AddOptions(command);
        return command;
    }

    private static Argument<string> Name()
    {
        Argument<string> name = new("NAME") { Description = "The zone's name" };
        name.CompletionSources.Add(LiveNames.Zones);
        return name;
    }

    private static Command List()
    {
        Command command = new("list", "List zones with their backends, and their share of each pool's new flows");
        AdminCommand.SetAction(command, async call =>
        {
            AdminAnswer answer = (await call.Client.GetAsync("zones")).OrRefused();
            if (call.AsJson) AdminCall.Print(answer);
            else Terminal.Output.Write(ZoneTable.Render(answer.Read(AnswersJson.Default.ZoneJsonArray)));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Away()
    {
        Argument<string> name = Name();
        Option<bool> force = new("--force")
        {
            Description = "Also where a pool has no other backend that is available",
        };
        Command command = new("away", "Send new flows to other zones; flows that there are go on") { name, force };
        AdminCommand.SetAction(command, call => ShiftAsync(
            call, "away", new ZoneRequest(
                call.Parsed.GetRequiredValue(name), call.Parsed.GetValue(force) ? true : null)));
        return command;
    }

    private static Command Back()
    {
        Argument<string> name = Name();
        Command command = new("back", "Let a zone take new flows again") { name };
        AdminCommand.SetAction(
            command, call => ShiftAsync(call, "back", new ZoneRequest(call.Parsed.GetRequiredValue(name))));
        return command;
    }

    private static async Task<int> ShiftAsync(AdminCall call, string word, ZoneRequest request)
    {
        AdminAnswer answer = (await call.Client.PostAsync(
            $"zones/{word}", request, AnswersJson.Default.ZoneRequest)).OrRefused();
        if (call.AsJson)
        {
            AdminCall.Print(answer);
            return ExitCodes.Ok;
        }

        ZoneShiftJson shift = answer.Read(AnswersJson.Default.ZoneShiftJson);
        Terminal.Output.Write(
            $"zone {shift.Zone} is ", shift.Away ? new Cell("away", Tone.Warning) : new Cell("in use", Tone.Good));
        foreach (ZoneShiftShareJson one in shift.Shares)
        {
            Terminal.Output.Write($"  {one.Pool}: {ZoneTable.Change(one)}");
        }

        return ExitCodes.Ok;
    }
}
