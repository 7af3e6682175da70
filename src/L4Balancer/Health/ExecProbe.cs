using System.Globalization;
using L4Balancer.Interop;

namespace L4Balancer.Health;

/// <summary>
/// A program that judges: exit code 0 is good, and the first line that it writes is the text. It runs without a shell,
/// in a process group of its own, which is ended as a whole when the program ends or its time is over.
/// </summary>
internal static class ExecProbe
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Runs it. What it does is a result and never an exception.</summary>
    /// <exception cref="OperationCanceledException">The caller's own token was cancelled.</exception>
    public static async Task<ProbeResult> RunAsync(
        ProbeTarget target, TimeProvider time, CancellationToken cancellationToken)
    {
        using ProbeDeadline deadline = new(target.Timeout, time, cancellationToken);
        using RunningProgram program = new();
        if (program.Start(CommandFor(target), EnvironmentFor(target)) is var error and not Errno.None)
        {
            string text = $"{target.Check.Command[0]} cannot be run: {Errnos.Text(error)}";
            return new ProbeResult(false, text, IsVerdict: false);
        }

        try
        {
            ProgramEnd end = await program.EndAsync(deadline.Token);
            if (!end.IsKnown) return new ProbeResult(false, "its exit code cannot be known", IsVerdict: false);

            return new ProbeResult(
                end.ExitCode == 0, $"exit code {end.ExitCode} after {deadline.Clock}{Said(program)}");
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            return new ProbeResult(false, $"no end within {deadline.Clock}{Said(program)}");
        }
    }

    private static string Said(RunningProgram program) =>
        AnswerQuote.FirstLine(program.Output) is { Length: > 0 } line ? $": {line}" : "";

    private static string[] CommandFor(ProbeTarget target) =>
    [
        target.Check.Command[0],
        .. target.Check.Command.Skip(1).Select(argument => argument
            .Replace("{address}", target.Endpoint.Address.ToString(), StringComparison.Ordinal)
            .Replace("{port}", Port(target), StringComparison.Ordinal)
            .Replace("{name}", target.Name, StringComparison.Ordinal)),
    ];

    /// <summary>Nothing of this process's own, where a service manager has left what is meant for it alone.</summary>
    private static string[] EnvironmentFor(ProbeTarget target) =>
    [
        $"PATH={Environment.GetEnvironmentVariable("PATH") ?? DefaultPath}",
        "LANG=C.UTF-8",
        $"L4BALANCER_ADDRESS={target.Endpoint.Address}",
        $"L4BALANCER_PORT={Port(target)}",
        $"L4BALANCER_NAME={target.Name}",
        $"L4BALANCER_TIMEOUT={target.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)}",
    ];

    private static string Port(ProbeTarget target) => target.Endpoint.Port.ToString(CultureInfo.InvariantCulture);
}
