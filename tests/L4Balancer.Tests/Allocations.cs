namespace L4Balancer.Tests;

/// <summary>Measures what code allocates on the managed heap.</summary>
internal static class Allocations
{
    /// <summary>
    /// Bytes that 1,000 calls allocate on this thread, once the first calls have set up what they need.
    /// </summary>
    public static long OfThousand(Action<ulong> call)
    {
        for (ulong i = 0; i < 100; i++) call(i);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong i = 0; i < 1000; i++) call(i);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
