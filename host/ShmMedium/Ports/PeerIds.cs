namespace ShmWifi.ShmMedium.Ports;

/// <summary>The VMs' ivshmem peer IDs. Any thread.</summary>
/// <remarks>
/// A VM with a socket of its own has the same each time, its place in the configuration, as default addresses are made of it: the radios of a device
/// that is plugged in again keep theirs. Of the other IDs, the one that has been free for longest comes next.
/// QEMU 7.2 corrupts its heap when it is told of a disconnect, or of a peer under the ID of one that went. Ours is told of peer 0 and of itself
/// alone, once, and keeps what it is told (<c>IVShmemState.peers</c>, hw/misc/ivshmem.c) in its own process: it never learns who had its ID before.
/// </remarks>
/// <param name="count">How many there are: 1, 2 and so on; 0 is the daemon's.</param>
/// <param name="first">The first of them.</param>
/// <param name="owned">How many of them, from the first, are those of sockets' VMs.</param>
internal sealed class PeerIds(int count = PeerIds.Refused - 1, int owned = 0, int first = 1)
{
    /// <summary>That of all VMs that are refused; no port has it.</summary>
    public const ushort Refused = ushort.MaxValue;

    /// <summary>Why a VM is refused that gets none.</summary>
    public const string AllTaken = "all peer IDs are taken";

    private readonly Lock _gate = new();
    private readonly HashSet<ushort> _owned = [.. Enumerable.Range(first, owned).Select(id => (ushort)id)];
    private readonly HashSet<ushort> _freeOwned = [.. Enumerable.Range(first, owned).Select(id => (ushort)id)];
    private readonly Queue<ushort> _used = [];
    private ushort _last = (ushort)(first + owned - 1);

    /// <summary>Goes on where another engine stopped.</summary>
    /// <param name="last">The latest that it gave for the first time.</param>
    /// <param name="inUse">Those of VMs that are there.</param>
    public void Resume(ushort last, IReadOnlySet<ushort> inUse)
    {
        lock (_gate)
        {
            _freeOwned.ExceptWith(inUse);
            for (ushort id = (ushort)(first + owned); id <= last; id++)
            {
                if (!inUse.Contains(id))
                    _used.Enqueue(id);
            }
            _last = Math.Max(last, _last);
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

    /// <summary>Whether a VM has or had it, or the next one gets it. Takes no lock.</summary>
    public bool IsKnown(ushort id) => id <= Volatile.Read(ref _last) + 1;

    /// <summary>Keeps one that a VM has for that VM: it was given before the configuration was changed.</summary>
    public void Own(ushort id)
    {
        lock (_gate)
            _ = _owned.Add(id);
    }

    /// <summary>Whether a VM may have this one of its own now.</summary>
    public bool IsFree(ushort own)
    {
        lock (_gate)
            return _freeOwned.Contains(own);
    }

    /// <summary>Takes one.</summary>
    /// <param name="own">The socket's VM's, which it gets if nobody else has it; 0: it has none.</param>
    /// <returns>False: each has a VM, or a VM that went and whose frames are still read.</returns>
    public bool TryTake(ushort own, out ushort id)
    {
        lock (_gate)
        {
            id = own;
            if (_freeOwned.Remove(own))
                return true;
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
        {
            if (_owned.Contains(id))
                _ = _freeOwned.Add(id);
            else
                _used.Enqueue(id);
        }
    }
}
