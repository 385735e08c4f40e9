namespace ShmWifi.ShmMedium.Ports.Ivshmem;

/// <summary>The VMs' ivshmem peer IDs: of those that are free, the one that has been so for longest comes next. Any thread.</summary>
/// <remarks>
/// QEMU 7.2 corrupts its heap when it is told of a disconnect, or of a peer under the ID of one that went. Ours is told of peer 0 and of itself
/// alone, once, and keeps what it is told (<c>IVShmemState.peers</c>, hw/misc/ivshmem.c) in its own process: it never learns who had its ID before.
/// </remarks>
/// <param name="count">How many there are: 1, 2 and so on; 0 is the daemon's.</param>
internal sealed class PeerIds(int count = PeerIds.Refused - 1)
{
    /// <summary>That of all VMs that are refused; no port has it.</summary>
    public const ushort Refused = ushort.MaxValue;

    private readonly Lock _gate = new();
    private readonly Queue<ushort> _used = [];
    private ushort _last;

    /// <summary>Goes on where another engine stopped.</summary>
    /// <param name="last">The latest that it gave for the first time.</param>
    /// <param name="inUse">Those of VMs that are there.</param>
    public void Resume(ushort last, IReadOnlySet<ushort> inUse)
    {
        lock (_gate)
        {
            for (ushort id = 1; id <= last; id++)
            {
                if (!inUse.Contains(id))
                    _used.Enqueue(id);
            }
            _last = last;
        }
    }

    /// <summary>The latest that was given for the first time.</summary>
    public ushort Last
    {
        get
        {
            lock (_gate)
                return _last;
        }
    }

    /// <summary>Takes one.</summary>
    /// <returns>False: each has a VM, or a VM that went and whose frames are still read.</returns>
    public bool TryTake(out ushort id)
    {
        lock (_gate)
        {
            if (_last == count)
                return _used.TryDequeue(out id);
            id = ++_last;
            return true;
        }
    }

    /// <summary>Gives one back: nobody speaks of its VM any more.</summary>
    public void Return(ushort id)
    {
        lock (_gate)
            _used.Enqueue(id);
    }
}
