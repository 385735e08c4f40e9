using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Keeper;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>Where a VM's region comes from: one for all, or one for each.</summary>
/// <remarks>Which one decides how frames are delivered: within a region by reference, between regions by copy.</remarks>
internal abstract class RegionSource : IDisposable
{
    /// <summary>What the engine takes of guests besides frames, radios and addresses.</summary>
    private protected const RegionFeatures GuestWords =
        RegionFeatures.Channels | RegionFeatures.TxPower | RegionFeatures.Spacing | RegionFeatures.Pmsr;

    /// <summary>A region for a VM.</summary>
    /// <param name="vmName">For names in /proc.</param>
    public abstract RegionLease Lease(string vmName);

    /// <summary>The region of a VM that an engine before has served.</summary>
    /// <param name="kept">The VM's own, as it was kept; it is the region's from now on.</param>
    /// <param name="epoch">The region's.</param>
    /// <returns>Null: it was not kept.</returns>
    public abstract RegionLease? Resume(FileDescriptor? kept, ulong epoch);

    /// <summary>Tells all guests that the engine is gone.</summary>
    public abstract void Dispose();

    private protected static RegionLease CreateRegion(string name, RegionGeometry geometry, RegionFeatures features, bool isShared,
        uint portLimit)
    {
        ulong epoch = (ulong)Random.Shared.NextInt64(); // has to differ, not to be a secret: OpenSSL would take 5 MB
        return OpenRegion(SharedMemory.Create(name, geometry.RegionSize), geometry, features, epoch, isShared, portLimit);
    }

    private protected static RegionLease ResumeRegion(FileDescriptor kept, RegionGeometry geometry, RegionFeatures features, ulong epoch,
        bool isShared, uint portLimit)
    {
        SharedMemory? memory = null;
        try
        {
            memory = SharedMemory.Map(kept.Descriptor, geometry.RegionSize, offset: 0, ownsDescriptor: true);
        }
        finally
        {
            if (memory is null)
                kept.Dispose();
        }
        return OpenRegion(memory, geometry, features, epoch, isShared, portLimit);
    }

    private static RegionLease OpenRegion(SharedMemory memory, RegionGeometry geometry, RegionFeatures features, ulong epoch, bool isShared,
        uint portLimit)
    {
        unsafe
        {
            var region = Region.Create(memory.Address, geometry, features, epoch);
            region.HostState = HostState.Running;
            return new RegionLease(memory, region, isShared, (int)portLimit) { Epoch = epoch };
        }
    }
}

/// <summary>A region that a VM uses; disposing it frees a region of its own, once nobody holds it, and leaves a shared one.</summary>
/// <param name="isShared">Whether other VMs use it, too.</param>
/// <param name="portLimit">Ports that the engine may have at a time.</param>
internal sealed class RegionLease(SharedMemory memory, Region region, bool isShared, int portLimit) : IDisposable
{
    private readonly Lock _gate = new(); // a VM's port may go while the daemon ends, or while its counters are read
    private int _holds;
    private bool _isReturned;

    /// <summary>The mapping.</summary>
    public SharedMemory Memory { get; } = memory;

    /// <summary>The region in it.</summary>
    public Region Region { get; } = region;

    /// <summary>Whether other VMs use it, too.</summary>
    public bool IsShared => isShared;

    /// <summary>The region's, as it was made: guests can write what its header says.</summary>
    public ulong Epoch { get; init; }

    /// <summary>Ports that VMs may have at a time, in this region and in others.</summary>
    public int PortLimit { get; } = portLimit;

    /// <summary>Why a VM is refused that gets none.</summary>
    public string AllPortsTaken => $"all {PortLimit} ports are taken (geometry.ports)";

    /// <summary>Gives a VM the rings that belong to the engine's number for its port.</summary>
    /// <param name="id">Below <see cref="PortLimit"/>; free.</param>
    public HostPort Attach(int id, uint peerId, string name) => Region.Attach(isShared ? id : 0, peerId, name);

    /// <summary>Goes on with a VM's rings that an engine before has served; else as <see cref="Attach"/>.</summary>
    public HostPort Resume(int id, uint peerId, string name) => Region.Resume(isShared ? id : 0, peerId, name);

    /// <summary>Keeps the memory for a reader until <see cref="Drop"/>; any thread but the engine's.</summary>
    /// <returns>False: it is gone.</returns>
    public bool TryHold()
    {
        lock (_gate)
        {
            if (Memory.IsDisposed)
                return false;
            _holds++;
            return true;
        }
    }

    /// <summary>A reader is done.</summary>
    public void Drop()
    {
        lock (_gate)
        {
            _holds--;
            FreeIfUnused();
        }
    }

    /// <summary>A VM's port is gone; any thread.</summary>
    public void Dispose()
    {
        if (!isShared)
            Return();
    }

    /// <summary>The engine is gone: tells the guests, and frees the region.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (Memory.IsDisposed)
                return;
            Region.HostState = HostState.Away;
        }
        Return();
    }

    private void Return()
    {
        lock (_gate)
        {
            _isReturned = true;
            FreeIfUnused();
        }
    }

    private void FreeIfUnused()
    {
        if (_isReturned && _holds == 0)
            Memory.Dispose();
    }
}

/// <summary>isolation: shared. One region, a port for each VM, delivery by reference.</summary>
internal sealed class SharedRegionSource : RegionSource
{
    private const RegionFeatures Features = RegionFeatures.ByReference | GuestWords;
    private const string KeptName = "region";
    private readonly RegionGeometry _geometry;
    private readonly IDescriptorStore _store;
    private readonly Lock _gate = new(); // each kind of port leases on a thread of its own
    private RegionLease? _lease;

    /// <summary>Of no VM yet.</summary>
    /// <param name="store">Keeps the region for the engine that comes after this one.</param>
    public SharedRegionSource(RegionGeometry geometry, IDescriptorStore store) => (_geometry, _store) = (geometry, store);

    /// <inheritdoc/>
    public override RegionLease Lease(string vmName)
    {
        lock (_gate)
            return _lease ??= Create();
    }

    /// <inheritdoc/>
    public override RegionLease? Resume(FileDescriptor? kept, ulong epoch)
    {
        if (_lease is null && _store.Take(KeptName) is { } region)
            _lease = ResumeRegion(region, _geometry, Features, epoch, isShared: true, _geometry.Ports);
        return _lease;
    }

    /// <inheritdoc/>
    public override void Dispose() => _lease?.End();

    private RegionLease Create()
    {
        var lease = CreateRegion("shmwifi", _geometry, Features, isShared: true, _geometry.Ports);
        if (_store.Names.Contains(KeptName))
            _store.Drop(KeptName); // nobody lives in it
        _store.Keep(KeptName, lease.Memory.Descriptor);
        return lease;
    }
}

/// <summary>isolation: per-vm. A region of one port for each VM: it sees only what the medium let it receive, and can harm only itself.</summary>
internal sealed class PerVmRegionSource(RegionGeometry geometry) : RegionSource
{
    private readonly RegionGeometry _geometry = geometry with { Ports = 1 };
    private readonly Lock _gate = new(); // each kind of port leases on a thread of its own
    private readonly List<RegionLease> _leases = [];

    /// <inheritdoc/>
    public override RegionLease Lease(string vmName)
    {
        var lease = CreateRegion($"shmwifi-{vmName}", _geometry, GuestWords, isShared: false, geometry.Ports);
        return Add(lease);
    }

    /// <inheritdoc/>
    public override RegionLease? Resume(FileDescriptor? kept, ulong epoch) =>
        kept is null ? null : Add(ResumeRegion(kept, _geometry, GuestWords, epoch, isShared: false, geometry.Ports));

    /// <inheritdoc/>
    public override void Dispose() => _leases.ForEach(lease => lease.End());

    private RegionLease Add(RegionLease lease)
    {
        lock (_gate)
        {
            _leases.RemoveAll(l => l.Memory.IsDisposed);
            _leases.Add(lease);
        }
        return lease;
    }
}
