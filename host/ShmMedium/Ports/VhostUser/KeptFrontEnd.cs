using System.Runtime.InteropServices;
using ShmWifi.Hwsim.Datapath;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.ShmMedium.Ports.VhostUser;

/// <summary>A front end as a keeper has it: its descriptors by name, and in a memfd what it has set up, and what hwsim waits for.</summary>
/// <remarks>
/// Plain stores by the VM's thread as it goes along; no guest can map it. A request that the engine before had begun to read is lost with it, and
/// its sender may wait for the answer: such a front end is not served on.
/// </remarks>
internal sealed unsafe class KeptFrontEnd : IDisposable
{
    private const string Prefix = "front-end/"; // no VM's name has a slash
    private const ulong Magic = 0x3155465657494853; // "SHIWVFU1"
    private const uint Version = 1;
    private const string Connection = "connection", State = "state";

    /// <summary>Name of the back end's channel.</summary>
    public const string Requests = "requests";

    private readonly IDescriptorStore _store;
    private readonly string _prefix;
    private readonly SharedMemory _memory;
    private readonly Dictionary<string, FileDescriptor> _left = new(StringComparer.Ordinal); // by an engine before, and not taken yet

    /// <summary>What the engine before has left, or nothing.</summary>
    /// <param name="vm">Its name.</param>
    /// <remarks>Takes out of the store what is its own, so that it may be used on a thread of its own.</remarks>
    /// <exception cref="LibCException">No memory.</exception>
    public KeptFrontEnd(IDescriptorStore store, string vm)
    {
        (_store, _prefix) = (store, $"{Prefix}{vm}/");
        _memory = KeptMemory.Open(store, _prefix + State, new KeptHeader(Magic, Version), Size);
        foreach (string name in store.Names.Where(name => name.StartsWith(_prefix, StringComparison.Ordinal)).ToList())
        {
            if (store.Take(name) is { } left)
                _left.Add(name[_prefix.Length..], left);
        }
    }

    private static ulong Size => (ulong)(sizeof(Layout) + (SentChains.Length * sizeof(SentFrame)) + (Abi.MaxRadios * sizeof(LedgerRadio)));

    /// <summary>Whether a front end was left, and can be served on.</summary>
    public bool IsLeft => Head->IsConnected != 0 && Head->IsTorn == 0;

    /// <summary>The frames that wait for their status.</summary>
    public SentFrame* Sent => (SentFrame*)(Head + 1);

    /// <summary>What was agreed on.</summary>
    public (DeviceFeatures Features, ProtocolFeatures Protocol, byte Status) Agreed =>
        ((DeviceFeatures)Head->Features, (ProtocolFeatures)Head->Protocol, (byte)Head->Status);

    /// <summary>The memory regions.</summary>
    public Span<MemoryRegion> Regions => MemoryMarshal.CreateSpan(ref *(MemoryRegion*)Head->Regions, GuestMemory.MaxRegions);

    /// <summary>Its radios, as an engine before knew them: they are here until the next one has announced them.</summary>
    public Span<LedgerRadio> Radios => new(Sent + SentChains.Length, Abi.MaxRadios);

    private Layout* Head => (Layout*)_memory.Address;

    /// <summary>A front end has connected.</summary>
    public void Begin(int connection)
    {
        Forget();
        _store.Keep(_prefix + Connection, connection);
        Head->IsConnected = 1;
    }

    /// <summary>The connection that was left. From now on whoever took it says what becomes of it.</summary>
    /// <returns>Null: there is none.</returns>
    public FileDescriptor? TakeConnection() => IsLeft ? Take(Connection) : null;

    /// <summary>A request is being read, and carried out.</summary>
    public void BeginRequest() => Volatile.Write(ref Head->IsTorn, 1);

    /// <summary>It was answered, and what it changed is kept.</summary>
    public void EndRequest() => Volatile.Write(ref Head->IsTorn, 0);

    /// <summary>Keeps what was agreed on.</summary>
    public void Agree(DeviceFeatures features, ProtocolFeatures protocol, byte status) =>
        (Head->Features, Head->Protocol, Head->Status) = ((ulong)features, (ulong)protocol, status);

    /// <summary>Keeps a memory region.</summary>
    /// <param name="file">Stays the caller's.</param>
    public void Add(MemoryRegion region, int file)
    {
        int free = Regions.IndexOf(default(MemoryRegion));
        if (free < 0)
            return; // GuestMemory refuses it
        _store.Keep(_prefix + NameOf(free), file);
        Regions[free] = region;
    }

    /// <summary>Keeps a memory region no longer.</summary>
    public void Remove(MemoryRegion region)
    {
        for (int i = 0; i < Regions.Length; i++)
        {
            if (Regions[i].GuestAddress != region.GuestAddress || Regions[i].Size != region.Size || region.Size == 0)
                continue;
            Regions[i] = default;
            _store.Drop(_prefix + NameOf(i));
        }
    }

    /// <summary>Keeps no memory region.</summary>
    public void RemoveRegions()
    {
        foreach (var region in Regions)
            Remove(region);
    }

    /// <summary>The file of a region that was left.</summary>
    /// <param name="index">Of <see cref="Regions"/>.</param>
    public FileDescriptor? TakeRegion(int index) => Take(NameOf(index));

    /// <summary>Keeps a virtqueue's signals and the back end's channel.</summary>
    /// <param name="what">Its name.</param>
    /// <param name="descriptor">Stays the caller's; null: there is none.</param>
    public void Keep(string what, FileDescriptor? descriptor)
    {
        if (descriptor is null)
            _store.Drop(_prefix + what);
        else
            _store.Keep(_prefix + what, descriptor.Descriptor);
    }

    /// <summary>What was left of them.</summary>
    public FileDescriptor? Take(string what) => _left.Remove(what, out var left) ? left : null;

    /// <summary>What is kept of a virtqueue.</summary>
    public ref KeptVring Vring(int queue) => ref ((KeptVring*)Head->Vrings)[queue];

    /// <summary>Keeps nothing more of VMs that the configuration has no longer: their connections end.</summary>
    public static void ForgetOthers(IDescriptorStore store, IEnumerable<string> vms)
    {
        var ours = vms.Select(vm => $"{Prefix}{vm}/").ToList();
        foreach (string name in store.Names.Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToList())
        {
            if (!ours.Exists(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                store.Take(name)?.Dispose();
                store.Drop(name);
            }
        }
    }

    /// <summary>The index of the next buffer of queue 0 to take.</summary>
    public void SetTaken(ushort next) => Volatile.Write(ref Vring(0).Next, next);

    /// <summary>The frames whose status an engine before owed, and where they are in <see cref="Sent"/>.</summary>
    public Queue<(int Index, SentFrame Frame)> ReadUnanswered() => new(new Span<SentFrame>(Sent, SentChains.Length).ToArray()
        .Select((frame, index) => (index, frame)).Where(left => left.frame != default).OrderBy(left => left.frame.Cookie));

    /// <summary>The driver starts anew, and waits for no status.</summary>
    public void ForgetUnanswered() => new Span<SentFrame>(Sent, SentChains.Length).Clear();

    /// <summary>The VM's front end is gone: nothing of it is kept any more.</summary>
    public void Forget()
    {
        CloseLeft();
        foreach (string what in (string[])[Connection, Requests, .. Enumerable.Range(0, FrontEnd.Queues).SelectMany(VhostUser.Vring.KeptNames)])
            _store.Drop(_prefix + what);
        RemoveRegions();
        new Span<byte>((byte*)Head + sizeof(KeptHeader), (int)Size - sizeof(KeptHeader)).Clear();
    }

    /// <summary>Leaves all to the keeper.</summary>
    public void Dispose()
    {
        CloseLeft();
        _memory.Dispose();
    }

    private void CloseLeft()
    {
        foreach (var left in _left.Values)
            left.Dispose();
        _left.Clear();
    }

    private static string NameOf(int region) => $"memory-{region}";

    [StructLayout(LayoutKind.Sequential)]
    private struct Layout
    {
        public KeptHeader Header;
        public uint IsTorn;
        public uint IsConnected;
        public uint Status;
        public ulong Features;
        public ulong Protocol;
        public fixed ulong Regions[GuestMemory.MaxRegions * 4];
        public fixed ulong Vrings[FrontEnd.Queues * 4];
    }
}
