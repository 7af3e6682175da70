using System.Runtime.InteropServices;
using NUnit.Framework;

namespace L4Balancer.Tests.Health;

/// <summary>While it lasts, this process can open no descriptor.</summary>
internal sealed class NoDescriptors : IDisposable
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE

    private readonly ResourceLimit _before;

    public NoDescriptors()
    {
        Assert.That(GetLimit(OpenFiles, out _before), Is.Zero);
        Assert.That(SetLimit(OpenFiles, _before with { Soft = 0 }), Is.Zero);
    }

    public void Dispose() => Assert.That(SetLimit(OpenFiles, _before), Is.Zero);

    [DllImport("libc", EntryPoint = "getrlimit")]
    private static extern int GetLimit(int resource, out ResourceLimit limit);

    [DllImport("libc", EntryPoint = "setrlimit")]
    private static extern int SetLimit(int resource, in ResourceLimit limit);

    private readonly record struct ResourceLimit(ulong Soft, ulong Hard);
}
