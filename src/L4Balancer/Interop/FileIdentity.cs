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

    // struct statx (linux/stat.h): stx_mode, stx_ino, stx_dev_major and the minor behind it.
    private const int StatBytes = 256;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int DeviceOffset = 136;

    /// <summary>The file at a path, itself where it is a link; null where there is none that can be seen.</summary>
    public static FileIdentity? Of(string path)
    {
        byte[] name = [.. Encoding.UTF8.GetBytes(path), 0];
        byte* stat = stackalloc byte[StatBytes];
        fixed (byte* start = name)
        {
            if (Libc.statx(CurrentFolder, start, NoFollow, TypeAndInode, stat) != 0) return null;
        }

        bool isSocket = (*(ushort*)(stat + ModeOffset) & TypeMask) == SocketType;
        return new FileIdentity(*(ulong*)(stat + DeviceOffset), *(ulong*)(stat + InodeOffset), isSocket);
    }
}
