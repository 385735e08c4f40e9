using ShmWifi.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.VirtualTime;

/// <summary>What says to a participant that there is no schedule in shared memory: it goes on by messages.</summary>
/// <remarks>Linux 6.11 and later takes two descriptors out of START's ACK, and closes what it finds in their place. It maps the first, reads a
/// version there that it does not know (0), and unmaps it. Source: linux arch/um/kernel/time.c, time_travel_setup_shm.</remarks>
internal sealed unsafe class NoSharedSchedule : IDisposable
{
    private const int Size = 4096; // struct um_timetravel_schedshm without clients

    private readonly FileDescriptor _memory, _log;

    /// <summary>Makes the two.</summary>
    /// <exception cref="LibCException">No descriptors are left.</exception>
    public NoSharedSchedule()
    {
        fixed (byte* name = "no-schedule\0"u8, none = "/dev/null\0"u8)
        {
            _memory = FileDescriptor.Of(memfd_create(name, MFD_CLOEXEC), "memfd_create");
            LibCException.ThrowIfFailed(ftruncate(_memory.Descriptor, Size), "size a memfd");
            _log = FileDescriptor.Of(open(none, O_RDWR | O_CLOEXEC), "open /dev/null");
        }
    }

    /// <summary>In place of the schedule.</summary>
    public int Memory => _memory.Descriptor;

    /// <summary>In place of a file for its log.</summary>
    public int Log => _log.Descriptor;

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory.Dispose();
        _log.Dispose();
    }
}
