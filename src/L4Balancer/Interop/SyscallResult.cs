namespace L4Balancer.Interop;

/// <summary>What a system call returned: a count or descriptor from 0 up, or an errno. Never EINTR.</summary>
internal readonly struct SyscallResult
{
    private readonly int _value; // Negative: the errno, as the kernel itself returns it.

    private SyscallResult(int value) => _value = value;

    /// <summary>True where the call failed.</summary>
    public bool IsError => _value < 0;

    /// <summary>The call would have had to wait.</summary>
    public bool WouldBlock => _value == -(int)Errno.EAGAIN;

    /// <summary>Bytes or a descriptor; 0 where the call failed.</summary>
    public int Value => Math.Max(_value, 0);

    /// <summary>The failure, or <see cref="Errno.None"/>.</summary>
    public Errno Error => _value < 0 ? (Errno)(-_value) : Errno.None;

    /// <summary>A result that succeeded.</summary>
    public static SyscallResult Success(nint value) => new((int)value);

    /// <summary>A result that failed.</summary>
    public static SyscallResult Failure(Errno error) => new(-(int)error);
}
