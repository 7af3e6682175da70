using L4Balancer.Config;

namespace L4Balancer.Health;

/// <summary>A dialogue over TCP: each step sends, then waits until the answer has what is expected.</summary>
internal static class SendExpectProbe
{
    /// <summary>Connects and goes through the steps. Never throws for what the network does.</summary>
    /// <exception cref="OperationCanceledException">The caller's own token was cancelled.</exception>
    public static Task<ProbeResult> RunAsync(
        ProbeTarget target, TimeProvider time, CancellationToken cancellationToken) =>
        StreamProbe.RunAsync(target, time, talk => TalkAsync(talk, StepsOf(target.Check)), cancellationToken);

    private static IReadOnlyList<ProbeStep> StepsOf(HealthConfig check) =>
        check.Steps.Count > 0 ? check.Steps : [new ProbeStep { Send = check.Send, Expect = check.Expect }];

    private static async Task<ProbeResult> TalkAsync(ProbeTalk talk, IReadOnlyList<ProbeStep> steps)
    {
        using AnswerBuffer answer = new();
        foreach ((int i, ProbeStep step) in steps.Index())
        {
            string where = steps.Count == 1 ? "" : $"step {i + 1} of {steps.Count}: ";
            if (await TakeAsync(talk, step, answer, where) is { } failure) return failure;
        }

        return new ProbeResult(true, $"answered after {talk.Clock}");
    }

    /// <summary>Takes a step.</summary>
    /// <returns>What went wrong; null where nothing did.</returns>
    private static async Task<ProbeResult?> TakeAsync(
        ProbeTalk talk, ProbeStep step, AnswerBuffer answer, string where)
    {
        try
        {
            if (!step.Send.IsEmpty)
            {
                answer.Clear();
                await talk.Stream.WriteAsync(step.Send, talk.Token);
            }

            if (!step.Waits) return null;

            AnswerEnd end = await answer.ReadAsync(talk.Stream, step.Expect, step.MinBytes, talk.Token);
            return end switch
            {
                AnswerEnd.Expected => null,
                AnswerEnd.Closed => Failure($"connection closed after {talk.Clock}, {Came(answer)}"),
                _ => Failure($"too long an answer, {Came(answer)}"),
            };
        }
        catch (OperationCanceledException) when (talk.Deadline.IsOver)
        {
            return answer.Bytes.IsEmpty
                ? Failure($"connected, but no answer within {talk.Clock}")
                : Failure($"{Came(answer)} within {talk.Clock}");
        }

        ProbeResult Failure(string text) => new(false, $"{where}{text}{Lacking(step, answer)}");
    }

    private static string Came(AnswerBuffer answer) =>
        answer.Bytes.IsEmpty ? "nothing came" : $"only {AnswerQuote.Of(answer.Bytes)} came";

    /// <summary>What an answer that has begun does not have.</summary>
    private static string Lacking(ProbeStep step, AnswerBuffer answer)
    {
        if (answer.Bytes.IsEmpty) return "";
        if (answer.Bytes.Length < step.MinBytes) return $", {answer.Bytes.Length} bytes of {step.MinBytes}";

        return $", without the expected {AnswerQuote.Of(step.Expect)}";
    }
}
