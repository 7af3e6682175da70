using L4Balancer.Interop;
using Microsoft.Win32.SafeHandles;

namespace L4Balancer.Discovery;

/// <summary>What changes when a file does, seen without reading it.</summary>
/// <param name="Bytes">Its length; -1 where there is no file that can be opened.</param>
/// <param name="Written">When it was written.</param>
internal readonly record struct FileStamp(long Bytes, DateTime Written)
{
    private static readonly FileStamp None = new(-1, default);

    /// <summary>The stamp of what a path leads to now, also by way of links.</summary>
    public static FileStamp Of(string path)
    {
        if (FileIdentity.IsEndless(path)) return None;

        try
        {
            using SafeFileHandle file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            return new FileStamp(RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return None;
        }
    }
}
