using System.Text;
using System.Text.Unicode;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.RingBuffer;

/// <summary>A region in memory: its header, its port table, and the way to its ports.</summary>
/// <remarks>Does not own the mapping. The host makes it with <see cref="Create"/>; everyone else opens it.</remarks>
public sealed unsafe class Region
{
    private readonly byte* _base;

    private Region(byte* address, RegionGeometry geometry, ulong size)
    {
        _base = address;
        Geometry = geometry;
        Size = size;
    }

    /// <summary>Ports and ring lengths.</summary>
    public RegionGeometry Geometry { get; }

    /// <summary>Bytes.</summary>
    public ulong Size { get; }

    /// <summary>First byte.</summary>
    public byte* Address => _base;

    /// <summary>What the host uses.</summary>
    public RegionFeatures Features => Header->Features;

    /// <summary>Differs for each fresh region.</summary>
    public ulong Epoch => Header->Epoch;

    /// <summary>Whether the host's engine runs, and says so.</summary>
    public HostState HostState
    {
        get => (HostState)new SharedIndex((uint*)&Header->HostState).LoadAcquire();
        set => new SharedIndex((uint*)&Header->HostState).StoreRelease((uint)value);
    }

    private RegionHeader* Header => (RegionHeader*)_base;

    /// <summary>Lays a region out in zeroed memory, or writes the header of one anew that guests may have written to.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="geometry">Valid (<see cref="RegionGeometry.Validate"/>).</param>
    /// <param name="epoch">Differs for each fresh region; that of the same region stays.</param>
    public static Region Create(byte* address, RegionGeometry geometry, RegionFeatures features, ulong epoch)
    {
        var header = (RegionHeader*)address;
        header->AbiVersion = Abi.Version;
        header->HeaderSize = Abi.HeaderSize;
        header->Features = features;
        header->RegionSize = geometry.RegionSize;
        header->Epoch = epoch;
        header->PortCount = geometry.Ports;
        header->TxSlots = geometry.TxSlots;
        header->RxDescriptors = geometry.RxDescriptors;
        header->PoolSlots = geometry.PoolSlots;
        header->PortsOffset = RegionGeometry.PortsOffset;
        header->PortStride = geometry.PortStride;
        header->TxOffset = RegionGeometry.TxOffset;
        header->RxOffset = geometry.RxOffset;
        header->DoneOffset = geometry.DoneOffset;
        header->PoolOffset = geometry.PoolOffset;
        Volatile.Write(ref header->Magic, Abi.Magic);
        return new Region(address, geometry, geometry.RegionSize);
    }

    /// <summary>Opens a region that a host made, and checks all that its header says.</summary>
    /// <param name="address">First byte.</param>
    /// <param name="size">Bytes mapped.</param>
    /// <exception cref="RegionFormatException">Not a region, another ABI, or a layout that this build does not know.</exception>
    public static Region Open(byte* address, ulong size)
    {
        if (size < Abi.HeaderSize)
            throw new RegionFormatException($"the shared memory has {size} bytes; a ShmWifi region has at least {Abi.HeaderSize}");
        var header = (RegionHeader*)address;
        ulong magic = Volatile.Read(ref header->Magic);
        if (magic != Abi.Magic)
            throw new RegionFormatException(
                $"no ShmWifi region: the magic is 0x{magic:x16}, not 0x{Abi.Magic:x16}; does shm-medium serve this device?");
        uint version = header->AbiVersion;
        if (version >> 16 != Abi.Major)
            throw new RegionFormatException($"the host speaks ABI {Abi.FormatVersion(version)}, this program {Abi.FormatVersion(Abi.Version)}; "
                + $"install matching versions of shm-medium and shm-injector");

        var geometry = new RegionGeometry(header->PortCount, header->TxSlots, header->RxDescriptors, header->PoolSlots);
        if (geometry.Validate() is { } problem)
            throw new RegionFormatException($"the region's header is damaged: {problem}");
        if (geometry.RegionSize != header->RegionSize || geometry.RegionSize > size)
            throw new RegionFormatException(
                $"the region's header names {header->RegionSize} bytes; its rings need {geometry.RegionSize}, mapped are {size}");
        if (header->HeaderSize != Abi.HeaderSize || header->PortsOffset != RegionGeometry.PortsOffset || header->PortStride != geometry.PortStride
            || header->TxOffset != RegionGeometry.TxOffset || header->RxOffset != geometry.RxOffset
            || header->DoneOffset != geometry.DoneOffset || header->PoolOffset != geometry.PoolOffset)
            throw new RegionFormatException("the region's offsets are not those of this ABI version");
        return new Region(address, geometry, geometry.RegionSize);
    }

    /// <summary>The port that the table gives to a VM, or -1.</summary>
    /// <param name="peerId">Its ivshmem peer ID; 0 is nobody's.</param>
    public int FindPort(uint peerId)
    {
        if (peerId == 0)
            return -1;
        for (int port = 0; port < (int)Geometry.Ports; port++)
        {
            if (Volatile.Read(ref Entry(port)->PeerId) == peerId)
                return port;
        }
        return -1;
    }

    /// <summary>A port's VM name.</summary>
    /// <param name="port">Below the port count.</param>
    public string GetPortName(int port)
    {
        var name = new ReadOnlySpan<byte>(Entry(port)->Name, Abi.NameSize);
        int end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }

    /// <summary>Host: clears a port and gives it to a VM.</summary>
    /// <param name="port">Below the port count; free.</param>
    /// <param name="name">As many whole characters count as fit <see cref="Abi.NameSize"/> - 1 bytes of UTF-8.</param>
    public HostPort Attach(int port, uint peerId, string name)
    {
        new Span<byte>(PortAddress(port), Abi.PortHeaderSize).Clear();
        Entry(port)->Generation++;
        return Resume(port, peerId, name);
    }

    /// <summary>Host: goes on with a port whose VM has been served by another process. The rings' words are an adversary's.</summary>
    /// <param name="port">Below the port count.</param>
    /// <param name="name">As in <see cref="Attach"/>.</param>
    public HostPort Resume(int port, uint peerId, string name)
    {
        var entry = Entry(port);
        var nameBytes = new Span<byte>(entry->Name, Abi.NameSize);
        nameBytes.Clear();
        _ = Utf8.FromUtf16(name, nameBytes[..^1], out _, out _);
        var hostPort = new HostPort(this, port, PortAddress(port)) { State = PortState.Attached };
        Volatile.Write(ref entry->PeerId, peerId);
        return hostPort;
    }

    /// <summary>Host: takes a port from a VM that is gone.</summary>
    /// <param name="port">Below the port count.</param>
    public void Detach(int port)
    {
        Volatile.Write(ref Entry(port)->PeerId, 0);
        ((PortHeader*)PortAddress(port))->HostState = PortState.Free;
    }

    /// <summary>Guest: the rings of a port.</summary>
    /// <param name="port">Below the port count.</param>
    public GuestPort OpenGuestPort(int port) => new(this, port, PortAddress(port));

    /// <summary>Whether a payload that a descriptor names lies in the region's ports, and fits a slot.</summary>
    /// <param name="length">Bytes.</param>
    public bool Contains(ulong offset, uint length) =>
        length <= Abi.SlotPayloadSize && offset >= Abi.HeaderSize && offset <= Size - length;

    private PortEntry* Entry(int port) => (PortEntry*)(_base + Abi.PortTableOffset) + CheckPort(port);

    private byte* PortAddress(int port) => _base + RegionGeometry.PortsOffset + ((ulong)CheckPort(port) * Geometry.PortStride);

    private int CheckPort(int port) =>
        (uint)port < Geometry.Ports ? port : throw new ArgumentOutOfRangeException(nameof(port), port, $"the region has {Geometry.Ports} ports");
}
