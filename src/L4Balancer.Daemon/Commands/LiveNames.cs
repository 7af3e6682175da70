using System.CommandLine.Completions;
using L4Balancer.Daemon.Client;

namespace L4Balancer.Daemon.Commands;

/// <summary>
/// Names that the daemon knows, offered by the shell while a command is written. Where the daemon does not answer at
/// once there are none.
/// </summary>
internal static class LiveNames
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Backends as POOL/NAME.</summary>
    public static IEnumerable<CompletionItem> Backends(CompletionContext at) => Ask(at, client =>
        client.GetAsync("backends", AnswersJson.Default.BackendJsonArray),
        static backend => new CompletionItem(
            Told.FullName(backend), detail: $"{backend.State}, {backend.Sessions.Open} open"));

    /// <summary>Zones.</summary>
    public static IEnumerable<CompletionItem> Zones(CompletionContext at) => Ask(at, client =>
        client.GetAsync("zones", AnswersJson.Default.ZoneJsonArray),
        static zone => new CompletionItem(
            zone.Name, detail: $"{zone.Available} of {zone.Backends} backends{(zone.Away ? ", away" : "")}"));

    /// <summary>Services.</summary>
    public static IEnumerable<CompletionItem> Services(CompletionContext at) => Ask(at, client =>
        client.GetAsync("services", AnswersJson.Default.ServiceJsonArray),
        static service => new CompletionItem(
            service.Name,
            detail: $"{service.Protocol} {string.Join(", ", service.Listen)}, {service.Sessions.Open} open"));

    private static CompletionItem[] Ask<T>(
        CompletionContext at, Func<AdminClient, Task<T[]>> ask, Func<T, CompletionItem> item)
    {
        try
        {
            using AdminClient client = new(AdminCommand.SocketOf(at.ParseResult, TextWriter.Null), Patience);
            return [.. ask(client).GetAwaiter().GetResult().Select(item)];
        }
        catch (CommandFailure)
        {
            return [];
        }
    }
}
