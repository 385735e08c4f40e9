using System.Net.Sockets;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.ShmMedium.Ports.Ivshmem;

namespace ShmWifi.Tests.Support;

/// <summary>The host's end of one ivshmem device without a daemon, so that a test decides what is in the region and who rings.</summary>
internal sealed class IvshmemServer : IDisposable
{
    /// <summary>The VM's peer ID.</summary>
    public const ushort VmPeerId = 1;

    private readonly string _socketPath;
    private readonly int _slot;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Doorbell _kick = new(new EventFd());
    private readonly Doorbell _call = new(new EventFd());
    private Socket? _qemu;

    /// <summary>Listens for a QEMU.</summary>
    /// <param name="slot">The device's place on the VM's PCI bus, below 32.</param>
    /// <param name="size">The region's bytes, a power of two; all zero.</param>
    public IvshmemServer(string folder, int slot, ulong size)
    {
        _slot = slot;
        _socketPath = Path.Combine(folder, $"ivshmem{slot}");
        Memory = SharedMemory.Create($"ivshmem{slot}", size);
        _listener.Bind(new UnixDomainSocketEndPoint(_socketPath));
        _listener.Listen();
    }

    /// <summary>The region.</summary>
    public SharedMemory Memory { get; }

    /// <summary>The eventfd that the guest signals.</summary>
    public int Kick => _kick.Descriptor;

    /// <summary>The eventfd that interrupts the guest.</summary>
    public int Call => _call.Descriptor;

    /// <summary>The device's name in the guest: domain:bus:device.function.</summary>
    public string PciAddress => $"0000:00:{_slot:x2}.0";

    /// <summary>What gives a QEMU this device.</summary>
    public IEnumerable<string> QemuArguments =>
    [
        "-chardev", $"socket,path={_socketPath},id=ivshmem{_slot}",
        "-device", $"ivshmem-doorbell,chardev=ivshmem{_slot},vectors=1,addr={_slot:x2}",
    ];

    /// <summary>Takes one QEMU on.</summary>
    public async Task ServeAsync()
    {
        _qemu = await _listener.AcceptAsync();
        Handshake.Send((int)_qemu.Handle, VmPeerId, Memory.Descriptor, _kick.Descriptor, _call.Descriptor);
    }

    /// <summary>Waits until the guest rings.</summary>
    /// <param name="limit">How long at most.</param>
    /// <returns>How often it rang; 0 when it did not.</returns>
    public ulong WaitForDoorbell(TimeSpan limit) => _kick.Wait((int)limit.TotalMilliseconds) ? _kick.Take() : 0;

    /// <summary>Forgets how often the guest rang.</summary>
    public void ForgetDoorbells() => _kick.Take();

    /// <summary>Interrupts the guest.</summary>
    public void Interrupt() => _call.Ring();

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        _qemu?.Dispose();
        Memory.Dispose();
        _kick.Dispose();
        _call.Dispose();
    }
}
