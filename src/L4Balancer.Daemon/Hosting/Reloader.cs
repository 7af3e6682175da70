using L4Balancer.Config;
using L4Balancer.Daemon.Configuration;
using L4Balancer.Daemon.Logging;
using L4Balancer.Daemon.Systemd;
using Microsoft.Extensions.Logging;

namespace L4Balancer.Daemon.Hosting;

/// <summary>
/// Reads the configuration file again and goes over to it. With any error in it nothing changes. One reload at a time;
/// any thread.
/// </summary>
internal sealed class Reloader(
    Balancer balancer, ConfigInForce inForce, Readiness readiness, ChangeGate gate, SystemdNotifier notifier,
    ILogger logger)
{
    /// <summary>Lines of one kind that the log gets; all are in the answer and in <c>/status.json</c>.</summary>
    private const int MostLines = 50;

    /// <summary>Reloads, once the process has started and what changes now is done.</summary>
    /// <returns>What it came to; nothing is thrown but a cancellation.</returns>
    public Task<ReloadResult> ReloadAsync(CancellationToken cancellationToken) =>
        gate.ChangeAsync(ReloadOnceAsync, cancellationToken);

    private async Task<ReloadResult> ReloadOnceAsync()
    {
        if (WhyNot() is { } reason)
        {
            logger.ReloadRefused(reason);
            return inForce.Refuse(reason);
        }

        notifier.Reloading();
        ReloadResult result = await TryAsync(inForce.Path!);
        if (result.Error is { } error) logger.ReloadFailed(inForce.Path!, error);
        else LogChanges(result);

        string services = Listing.Count(balancer.Config.Services.Count, "service");
        string status = result.IsOk ? $"serving {services}" : $"serving {services}; the last reload failed";
        if (!notifier.Ready(status)) logger.NotNotified("the reload is done");
        return result;
    }

    private string? WhyNot() => readiness.Phase switch
    {
        _ when inForce.Path is null => "this daemon runs without a configuration file",
        ProcessPhase.Serving => null,
        ProcessPhase.Starting => "the daemon has not started yet",
        _ => "the daemon drains; a reload would change nothing of it",
    };

    private async Task<ReloadResult> TryAsync(string path)
    {
        try
        {
            ConfigFile file = ConfigFile.Load(path);
            if (file.Config is not { } next) return Fail(file);

            ApplyResult applied = await balancer.ApplyAsync(next, readiness.Leaving);
            return inForce.Succeed(applied.Changes, applied.Warnings, file.Problems);
        }
        catch (BalancerStartException failure)
        {
            return inForce.Fail(failure.Message, []);
        }
        catch (OperationCanceledException)
        {
            return inForce.Fail("the daemon drains; nothing has changed", []);
        }
        catch (Exception failure)
        {
            logger.ReloadBroke(failure); // What runs goes on, whatever this was.
            return inForce.Fail("this is a fault of the daemon; its log says more", []);
        }
    }

    private ReloadResult Fail(ConfigFile file)
    {
        ConfigProblem[] errors = [.. file.Problems.Where(static one => one.Severity == ProblemSeverity.Error)];
        foreach (ConfigProblem error in errors.Take(MostLines)) logger.ReloadProblem(Place(file, error), error.Message);

        string more = errors.Length > 1 ? $", and {Listing.Count(errors.Length - 1, "other error")}" : "";
        return inForce.Fail($"{Place(file, errors[0])}: {errors[0].Message}{more}", file.Problems);
    }

    private void LogChanges(ReloadResult result)
    {
        foreach (string change in result.Changes.Take(MostLines)) logger.ReloadChange(change);
        foreach (string warning in result.Warnings.Take(MostLines)) logger.ReloadWarning(warning);
        string changes = result.Changes.Count == 0 ? "nothing has changed"
            : Listing.Count(result.Changes.Count, "change");
        logger.Reloaded(inForce.Path!, changes);
    }

    private static string Place(ConfigFile file, ConfigProblem problem) =>
        problem.Position is { } at ? $"{file.Path}:{at.Line}:{at.Column}" : file.Path;
}
