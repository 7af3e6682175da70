using System.CommandLine;
using L4Balancer.Daemon.Client;

namespace L4Balancer.Daemon.Commands;

/// <summary>One invocation of a command that asks the daemon.</summary>
/// <param name="Client">Speaks with the daemon.</param>
/// <param name="Parsed">What the operator wrote.</param>
/// <param name="AsJson">What the daemon answers is printed as it is.</param>
internal sealed record AdminCall(AdminClient Client, ParseResult Parsed, bool AsJson)
{
    /// <summary>Prints an answer as it came, on a line of its own.</summary>
    public static void Print(AdminAnswer answer)
    {
        Console.Out.Write(answer.Body);
        if (!answer.Body.EndsWith('\n')) Console.Out.WriteLine();
    }
}
