using ShmWifi.Linux;
using Tmds.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.RingBuffer;

/// <summary>A shared, write-back mapping of a file descriptor: a memfd on the host, the module's device in a guest.</summary>
public sealed unsafe class SharedMemory : IDisposable
{
    private readonly FileDescriptor? _owned;
    private byte* _address;

    private SharedMemory(int descriptor, FileDescriptor? owned, byte* address, ulong size)
    {
        Descriptor = descriptor;
        _owned = owned;
        _address = address;
        Size = size;
    }

    /// <summary>First byte, until disposed.</summary>
    public byte* Address => _address != null ? _address : throw new ObjectDisposedException(nameof(SharedMemory));

    /// <summary>Whether it is unmapped.</summary>
    public bool IsDisposed => _address == null;

    /// <summary>Bytes.</summary>
    public ulong Size { get; }

    /// <summary>The mapped file descriptor.</summary>
    public int Descriptor { get; }

    /// <summary>Makes a memfd, sealed against resizing: a guest that could shrink it could kill the host by SIGBUS.</summary>
    /// <param name="name">Shown in /proc/PID/maps.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="mayGrow">Whether what is behind the mapping may be written to.</param>
    /// <exception cref="LibCException">No memory, or too many descriptors.</exception>
    public static SharedMemory Create(string name, ulong size, bool mayGrow = false)
    {
        int seals = F_SEAL_SEAL | F_SEAL_SHRINK | (mayGrow ? 0 : F_SEAL_GROW);
        FileDescriptor memfd;
        fixed (byte* text = CString.Of(name))
            memfd = FileDescriptor.Of(memfd_create(text, MFD_CLOEXEC | MFD_ALLOW_SEALING), $"memfd_create {name}");
        try
        {
            LibCException.ThrowIfFailed(ftruncate(memfd.Descriptor, (long)size), $"size memfd {name} to {size} bytes");
            LibCException.ThrowIfFailed(fcntl(memfd.Descriptor, F_ADD_SEALS, seals), $"seal memfd {name}");
            return new SharedMemory(memfd.Descriptor, memfd, Map(memfd.Descriptor, size, offset: 0), size);
        }
        catch
        {
            memfd.Dispose();
            throw;
        }
    }

    /// <summary>Maps what a descriptor stands for.</summary>
    /// <param name="descriptor">Open for reading and writing.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="offset">In the file; UIO counts maps in pages here.</param>
    /// <param name="ownsDescriptor">Whether to close it with the mapping.</param>
    /// <exception cref="LibCException">The descriptor cannot be mapped so.</exception>
    public static SharedMemory Map(int descriptor, ulong size, nint offset, bool ownsDescriptor)
    {
        byte* address = Map(descriptor, size, offset);
        return new SharedMemory(descriptor, ownsDescriptor ? new FileDescriptor(descriptor) : null, address, size);
    }

    /// <summary>Fills the page tables now, or the first frame in each slot would pay for a page fault.</summary>
    /// <exception cref="LibCException">The kernel is older than 5.14.</exception>
    public void Prefault() =>
        LibCException.ThrowIfFailed(madvise(Address, (size_t)Size, MADV_POPULATE_WRITE), $"prefault {Size} bytes of shared memory");

    /// <summary>Unmaps; whoever still reads the region then dies, so the owner ends its threads first.</summary>
    public void Dispose()
    {
        if (_address == null)
            return;
        _ = munmap(_address, (size_t)Size);
        _address = null;
        _owned?.Dispose();
    }

    private static byte* Map(int descriptor, ulong size, nint offset)
    {
        void* address = mmap(null, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, (long)offset);
        return address == MAP_FAILED ? throw new LibCException($"map {size} bytes of shared memory") : (byte*)address;
    }
}
