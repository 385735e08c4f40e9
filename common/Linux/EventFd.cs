using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace ShmWifi.Linux;

/// <summary>An eventfd: one side signals, the other sleeps until it is signalled. Signals that nobody took add up to one.</summary>
public sealed unsafe partial class EventFd : FileDescriptor
{
    /// <summary>A new one.</summary>
    /// <exception cref="LibCException">No descriptors are left.</exception>
    public EventFd()
        : base(LibCException.ThrowIfFailed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"))
    {
    }

    /// <summary>Owns one that another process made, from now on.</summary>
    /// <param name="received">Must not block: reads and writes of it never sleep here.</param>
    public EventFd(int received)
        : base(received)
    {
    }

    /// <summary>Wakes whoever sleeps on it; on a closed one, nobody.</summary>
    /// <exception cref="LibCException">It is no eventfd.</exception>
    public void Signal()
    {
        ulong one = 1;
        if (Write(Number, &one, sizeof(ulong)) != sizeof(ulong) && errno != EAGAIN && Number >= 0) // EAGAIN: signalled as often as can be counted
            throw new LibCException("signal an eventfd");
    }

    /// <summary>Takes all signals. Whoever waits by edge need not: each signal is an edge of its own.</summary>
    /// <exception cref="LibCException">It is no eventfd.</exception>
    public ulong Drain()
    {
        ulong count = 0;
        return read(Descriptor, &count, sizeof(ulong)) == sizeof(ulong) || errno == EAGAIN ? count : throw new LibCException("read an eventfd");
    }

    // A doorbell is the most frequent call of all, and that of Tmds.LibC takes 15 ns more: the runtime does not inline a DllImport with SetLastError.
    [LibraryImport(LibC.Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int fd, void* buffer, nuint count);
}
