using System.Diagnostics;
using NUnit.Framework;

namespace L4Balancer.Tests;

/// <summary>Waits for what must come about, and fails when it has not within a generous time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Returns as soon as the condition holds.</summary>
    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        long started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience) Assert.Fail($"did not come about: {what}");
            await Task.Yield();
            await Task.Delay(1);
        }
    }

    /// <summary>The task's result, or a failure when it does not end.</summary>
    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Patience);

    /// <summary>Waits for a task that must end.</summary>
    public static Task Within(this Task task) => task.WaitAsync(Patience);
}
