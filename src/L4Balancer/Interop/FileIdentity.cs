using System.Text;

namespace L4Balancer.Interop;

/// <summary>Which file a path leads to, by statx(2): its structure is the same on every architecture.</summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file's number there; it is not given to another one while a socket is bound to it.</param>
/// <param name="IsSocket">It is a socket.</param>
internal readonly unsafe record struct FileIdentity(ulong Device, ulong Inode, bool IsSocket)
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint TypeAndInode = 0x101; // STATX_TYPE | STATX_INO
    private const int TypeMask = 0xF000; // S_IFMT
    private const int SocketType = 0xC000; // S_IFSOCK
    private const int RegularType = 0x8000; // S_IFREG
    private const int FolderType = 0x4000; // S_IFDIR

    // struct statx (linux/stat.h): stx_mode, stx_ino, stx_dev_major and the minor behind it.
    private const int StatBytes = 256;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int DeviceOffset = 136;

    /// <summary>The file at a path, itself where it is a link; null where there is none that can be seen.</summary>
    public static FileIdentity? Of(string path)
    {
        byte* stat = stackalloc byte[StatBytes];
        return TryRead(path, NoFollow, stat)
            ? new FileIdentity(*(ulong*)(stat + DeviceOffset), *(ulong*)(stat + InodeOffset), Type(stat) == SocketType)
            : null;
    }

    /// <summary>
    /// True where a path leads to something that has no end or lets who opens it wait: a device, a pipe, a socket.
    /// </summary>
    public static bool IsEndless(string path)
    {
        byte* stat = stackalloc byte[StatBytes];
        return TryRead(path, flags: 0, stat) && Type(stat) is not (RegularType or FolderType);
    }

    private static int Type(byte* stat) => *(ushort*)(stat + ModeOffset) & TypeMask;

    private static bool TryRead(string path, int flags, byte* stat)
    {
        byte[] name = [.. Encoding.UTF8.GetBytes(path), 0];
        fixed (byte* start = name)
        {
            return Libc.statx(CurrentFolder, start, flags, TypeAndInode, stat) == 0;
        }
    }
}
