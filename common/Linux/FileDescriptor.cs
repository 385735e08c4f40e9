using static Tmds.Linux.LibC;

namespace ShmWifi.Linux;

/// <summary>A file descriptor with an owner, who closes it once.</summary>
public unsafe class FileDescriptor : IDisposable
{
    private int _descriptor;

    /// <summary>Owns what is open, from now on.</summary>
    /// <param name="descriptor">Of a libc function, or received from another process.</param>
    public FileDescriptor(int descriptor) => _descriptor = descriptor;

    /// <summary>For libc.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public int Descriptor => _descriptor is >= 0 and var descriptor ? descriptor : throw new ObjectDisposedException(GetType().Name);

    /// <summary>The number even when it is closed: -1 then.</summary>
    private protected int Number => _descriptor;

    /// <summary>Owns what a libc function returned.</summary>
    /// <param name="result">A descriptor, or -1.</param>
    /// <param name="what">What was tried, with its object: "open /dev/uio0".</param>
    /// <exception cref="LibCException">It is -1.</exception>
    public static FileDescriptor Of(int result, string what) => new(LibCException.ThrowIfFailed(result, what));

    /// <summary>As open(2); closed in programs that this one starts.</summary>
    /// <returns>Null when it cannot be opened; the reason is in <see cref="errno"/>.</returns>
    public static FileDescriptor? Open(string path, int flags)
    {
        fixed (byte* name = CString.Of(path))
            return open(name, flags | O_CLOEXEC) is >= 0 and var descriptor ? new FileDescriptor(descriptor) : null;
    }

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1); // a number that was closed twice may be another's by then
        if (descriptor >= 0)
            _ = close(descriptor);
        GC.SuppressFinalize(this);
    }
}
