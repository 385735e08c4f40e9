using System.Globalization;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.RingPeer;

/// <summary>A guest's: ivshmem's doorbell register rings the host, and the interrupt of the module's UIO device is what one sleeps on.</summary>
/// <remarks>Source: kernel/README.md, the user datapath; qemu docs/specs/ivshmem-spec.rst.</remarks>
internal sealed unsafe class UioDoorbell : Doorbell
{
    private const int DoorbellRegister = 12;
    private const uint HostPeer = 0; // vector 0

    private readonly FileDescriptor _device;
    private readonly SharedMemory _registers;
    private readonly uint* _doorbell;

    /// <summary>Opens the device.</summary>
    /// <param name="path">Such as /dev/uio0.</param>
    public UioDoorbell(string path)
    {
        _device = FileDescriptor.Open(path, O_RDWR | O_NONBLOCK) ?? throw new LibCException($"open {path}");
        _registers = SharedMemory.Map(_device.Descriptor, (ulong)Environment.SystemPageSize, Environment.SystemPageSize, ownsDescriptor: false);
        string offset = File.ReadAllText($"/sys/class/uio/{Path.GetFileName(path)}/maps/map1/offset").Trim();
        _doorbell = (uint*)(_registers.Address + int.Parse(offset.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            + DoorbellRegister);
    }

    /// <summary>The device, whose first map is the region.</summary>
    public override int Descriptor => _device.Descriptor;

    /// <inheritdoc/>
    public override void Ring() => Volatile.Write(ref *_doorbell, HostPeer << 16);

    /// <inheritdoc/>
    public override bool TryTake()
    {
        uint count;
        return read(Descriptor, &count, sizeof(uint)) == sizeof(uint) || (errno == EAGAIN ? false : throw new LibCException("read a UIO device"));
    }

    /// <inheritdoc/>
    /// <remarks>The interrupt comes by QEMU's main loop: it may be under way.</remarks>
    public override bool HasRung(bool isDue) => TryTake() || (isDue && Wait(static () => true));

    /// <inheritdoc/>
    public override void Dispose()
    {
        _registers.Dispose();
        _device.Dispose();
    }
}
