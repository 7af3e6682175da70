namespace L4Balancer.Daemon.Logging;

/// <summary>Tells whether an output leads to the journal.</summary>
internal static class JournalStream
{
    /// <summary>
    /// True when a descriptor is the stream that <c>JOURNAL_STREAM</c> names, by systemd.exec(5):
    /// <c>device:inode</c>. Only the
    /// inode is compared, since every socket has the same device.
    /// </summary>
    /// <param name="journalStream">The variable's value; null for none.</param>
    /// <param name="descriptorLink">What <c>/proc/self/fd/N</c> points to, as in <c>socket:[12345]</c>.</param>
    public static bool Matches(string? journalStream, string? descriptorLink)
    {
        int colon = journalStream?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        return colon > 0 && descriptorLink == $"socket:[{journalStream![(colon + 1)..]}]";
    }

    /// <summary>True when the standard output (1) or error (2) of this process leads to the journal.</summary>
    public static bool IsDescriptor(int descriptor) => Matches(
        Environment.GetEnvironmentVariable("JOURNAL_STREAM"), new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget);
}
