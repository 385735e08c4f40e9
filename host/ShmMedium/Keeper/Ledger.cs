using System.Runtime.InteropServices;
using System.Text;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>What the engine that comes after this one must know and no guest may write: a memfd that outlives the engine.</summary>
/// <remarks>Plain stores by the engine's thread as it goes along: a process that is killed loses none. Read once, by who takes it over.</remarks>
internal sealed unsafe class Ledger : IDisposable
{
    private const string Name = "ledger";
    private const ulong Magic = 0x3152474c57494853; // "SHIWLGR1"
    private const uint Version = 1;
    private readonly SharedMemory _memory;

    private Ledger(SharedMemory memory) => _memory = memory;

    /// <summary>Whether an engine before has left it.</summary>
    public bool IsTakenOver { get; private init; }

    /// <summary>Ports that there is room for.</summary>
    public int Ports => (int)Head->Ports;

    /// <summary>The latest peer ID that was given for the first time.</summary>
    public ref uint LastPeerId => ref Head->LastPeerId;

    private Header* Head => (Header*)_memory.Address;

    private static ulong PortStride => (ulong)sizeof(LedgerPort) + ((ulong)Abi.MaxRadios * (ulong)sizeof(LedgerRadio));

    /// <summary>A ledger of nothing, that goes with this engine.</summary>
    /// <param name="ports">At most.</param>
    /// <exception cref="LibCException">No memory.</exception>
    public static Ledger Create(int ports)
    {
        var memory = SharedMemory.Create("shmwifi-ledger", SizeFor(ports));
        *(Header*)memory.Address = new Header { Magic = Magic, Version = Version, AbiVersion = Abi.Version, Ports = (uint)ports };
        return new Ledger(memory);
    }

    /// <summary>Takes over what an engine before has left, or begins one and has it kept.</summary>
    /// <param name="geometry">Of the regions; an engine with another cannot serve the VMs of those that are there.</param>
    /// <param name="isShared">Whether all VMs share one.</param>
    /// <exception cref="LedgerException">It is of another version, or another layout.</exception>
    /// <exception cref="LibCException">No memory.</exception>
    public static Ledger Open(IDescriptorStore store, RegionGeometry geometry, bool isShared)
    {
        if (store.Take(Name) is { } descriptor)
            return TakeOver(descriptor.Descriptor, geometry, isShared);
        var ledger = Create((int)geometry.Ports);
        ledger.Head->SetLayout(geometry, isShared);
        store.Keep(Name, ledger._memory.Descriptor);
        return ledger;
    }

    /// <summary>What was counted of ports that have gone, by <see cref="HostCounter"/>.</summary>
    public Span<ulong> DepartedHostCounters => MemoryMarshal.CreateSpan(ref Head->DepartedHost[0], Abi.Counters);

    /// <summary>The same, by <see cref="GuestCounter"/>.</summary>
    public Span<ulong> DepartedGuestCounters => MemoryMarshal.CreateSpan(ref Head->DepartedGuest[0], Abi.Counters);

    /// <summary>What is kept of a port.</summary>
    public LedgerPort* Port(int id) => (LedgerPort*)(_memory.Address + sizeof(Header) + ((ulong)CheckPort(id) * PortStride));

    /// <summary>What is kept of a port's radio.</summary>
    /// <param name="number">The port's number for it.</param>
    public LedgerRadio* Radio(int id, int number) => (LedgerRadio*)(Port(id) + 1) + number;

    /// <summary>A VM has got a port.</summary>
    public void Enter(int id, uint peerId, int pid, string name, ulong epoch)
    {
        var port = Port(id);
        *port = new LedgerPort { Pid = pid, Epoch = epoch };
        _ = Encoding.UTF8.GetBytes(name, new Span<byte>(port->Name, Abi.NameSize));
        ClearRadios(id);
        Volatile.Write(ref port->PeerId, peerId);
    }

    /// <summary>A port has no radios.</summary>
    public void ClearRadios(int id)
    {
        for (int number = 0; number < Abi.MaxRadios; number++)
            Radio(id, number)->IsThere = 0;
    }

    /// <summary>A VM is gone, or is not served any more.</summary>
    public void Leave(int id) => Volatile.Write(ref Port(id)->PeerId, 0);

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private static ulong SizeFor(int ports) => (ulong)sizeof(Header) + ((ulong)ports * PortStride);

    private static Ledger TakeOver(int descriptor, RegionGeometry geometry, bool isShared)
    {
        ulong found = (ulong)(long)lseek(descriptor, 0, SEEK_END);
        if (found < (ulong)sizeof(Header))
            throw new LedgerException($"the ledger that was kept has {found} bytes");
        var memory = SharedMemory.Map(descriptor, found, offset: 0, ownsDescriptor: true);
        var head = (Header*)memory.Address;
        string? reason = head->Magic != Magic ? "what was kept is no ledger"
            : head->AbiVersion >> 16 != Abi.Major
                ? $"it speaks region ABI {Abi.FormatVersion(Abi.Version)}, the VMs that run speak {Abi.FormatVersion(head->AbiVersion)}"
            : head->Version != Version ? $"it has ledger version {Version}, what was kept is of version {head->Version}"
            : found != SizeFor((int)geometry.Ports) || head->Geometry != geometry || head->IsShared != (isShared ? 1u : 0)
                ? $"isolation and geometry are other than those of the VMs that run ({head->Layout})"
            : null;
        if (reason is not null)
        {
            memory.Dispose();
            throw new LedgerException($"this engine cannot take the running VMs over: {reason}; stop those VMs, and start shm-medium anew");
        }
        head->AbiVersion = Abi.Version;
        return new Ledger(memory) { IsTakenOver = true };
    }

    private int CheckPort(int id) =>
        (uint)id < Head->Ports ? id : throw new ArgumentOutOfRangeException(nameof(id), id, $"there are {Head->Ports} ports");

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public ulong Magic;
        public uint Version;
        public uint AbiVersion;
        public uint Ports;
        public uint LastPeerId;
        public uint IsShared;
        public uint TxSlots;
        public uint RxDescriptors;
        public uint PoolSlots;
        public fixed ulong DepartedHost[Abi.Counters];
        public fixed ulong DepartedGuest[Abi.Counters];

        public readonly string Layout =>
            $"{(IsShared != 0 ? "shared" : "per-vm")}, ports {Ports}, txSlots {TxSlots}, rxDescriptors {RxDescriptors}, poolSlots {PoolSlots}";

        public readonly RegionGeometry Geometry => new(Ports, TxSlots, RxDescriptors, PoolSlots);

        public void SetLayout(RegionGeometry geometry, bool isShared) =>
            (IsShared, TxSlots, RxDescriptors, PoolSlots) = (isShared ? 1u : 0, geometry.TxSlots, geometry.RxDescriptors, geometry.PoolSlots);
    }
}
