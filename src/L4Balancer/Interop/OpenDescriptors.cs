using System.Globalization;

namespace L4Balancer.Interop;

/// <summary>
/// Counts this process's descriptors. Reading the names in <c>/proc/self/fd</c> costs the kernel an inode each:
/// 230 ms for 10,000 on two busy cores.
/// </summary>
internal static unsafe class OpenDescriptors
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint Size = 0x200; // STATX_SIZE
    private const int StatBytes = 256;
    private const int SizeOffset = 40; // stx_size (linux/stat.h)
    private const int GetFlags = 1; // F_GETFD
    private const string TableSize = "FDSize:";

    /// <summary>How many are open now.</summary>
    public static int Count() => Told() is > 0 and var told ? told : CountOneByOne();

    /// <summary>What Linux says since 6.2; 0 where it is older.</summary>
    private static int Told()
    {
        ReadOnlySpan<byte> folder = "/proc/self/fd\0"u8;
        byte* stat = stackalloc byte[StatBytes];
        fixed (byte* path = folder)
        {
            bool isKnown = Libc.statx(CurrentFolder, path, 0, Size, stat) == 0;
            return isKnown ? (int)*(long*)(stat + SizeOffset) : 0;
        }
    }

    /// <summary>Asks for each place in the kernel's table, a tenth of a microsecond each.</summary>
    internal static int CountOneByOne()
    {
        string table = File.ReadLines("/proc/self/status").First(
            static line => line.StartsWith(TableSize, StringComparison.Ordinal));
        int places = int.Parse(table.AsSpan(TableSize.Length).Trim(), CultureInfo.InvariantCulture);
        int open = 0;
        for (int fd = 0; fd < places; fd++)
        {
            if (Libc.fcntl(fd, GetFlags, 0) >= 0) open++;
        }

        return open;
    }
}
