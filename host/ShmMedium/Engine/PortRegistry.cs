using System.Diagnostics.CodeAnalysis;
using ShmWifi.Configuration;
using ShmWifi.RingBuffer;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>The ports: of VMs that are there, and of those that went and whose slots are still read.</summary>
/// <remarks>Changed by the engine thread alone, copied on write; other threads look by <see cref="Inspect"/>.</remarks>
/// <param name="ledger">Where is written down who has which.</param>
/// <param name="removed">Forgets what else is kept of a port that nobody reads any more.</param>
internal sealed unsafe class PortRegistry(Ledger ledger, Action<Port> removed)
{
    private readonly Port?[] _byId = new Port?[DaemonConfiguration.MaxPorts];
    private readonly List<(Port Port, TaskCompletionSource<bool> Released)> _leaving = [];
    private readonly List<Port> _newlyFaulted = new(DaemonConfiguration.MaxPorts);
    private Port[] _all = [];
    private Roster _roster = new([], PortTotals.Of(ledger.DepartedHostCounters, ledger.DepartedGuestCounters));
    private uint _portsEver;

    /// <summary>All that the engine serves or waits for.</summary>
    public Port[] All => _all;

    /// <summary>Those of VMs that are there; a copy for other threads.</summary>
    public IReadOnlyList<Port> Attached => Volatile.Read(ref _roster).Ports;

    /// <summary>How many VMs are there.</summary>
    public int AttachedCount => _roster.Ports.Length;

    /// <summary>Whether a port of a VM that went waits until nobody reads its slots.</summary>
    public bool IsAnyLeaving => _leaving.Count != 0;

    /// <summary>Takes a port whose fault has still to be settled.</summary>
    public bool TryTakeFaulted([NotNullWhen(true)] out Port? port)
    {
        port = _newlyFaulted.Count == 0 ? null : _newlyFaulted[^1];
        if (port is not null)
            _newlyFaulted.RemoveAt(_newlyFaulted.Count - 1);
        return port is not null;
    }

    /// <summary>Has another thread look at the ports and at the sums of those that went. The memory of no port is given back meanwhile;
    /// its number, its name and its peer ID are: nobody waits for who looks.</summary>
    public T Inspect<T>(Func<IReadOnlyList<Port>, PortTotals, T> look)
    {
        while (true)
        {
            var roster = Volatile.Read(ref _roster);
            int held = 0;
            try
            {
                while (held < roster.Ports.Length && roster.Ports[held].Offer.Region.TryHold())
                    held++;
                if (held == roster.Ports.Length)
                    return look(roster.Ports, roster.Departed);
            }
            finally
            {
                foreach (var port in roster.Ports.AsSpan(0, held))
                    port.Offer.Region.Drop();
            }
            // Memory is given back after the VM has left the roster: there is another one now.
        }
    }

    /// <summary>Gives a VM a port.</summary>
    /// <returns>Null: all are taken.</returns>
    /// <exception cref="Linux.LibCException">The region's memory is not available.</exception>
    public Port? Add(PortOffer offer)
    {
        int id = FindFreeId(offer.Region.PortLimit);
        if (id < 0)
            return null;
        var rings = offer.Region.Attach(id, offer.PeerId, offer.Name);
        ledger.Enter(id, offer.PeerId, offer.Pid, offer.Name, offer.Region.Epoch);
        return Add(id, offer, rings);
    }

    /// <summary>Goes on with a VM's port that another engine has served.</summary>
    /// <param name="id">The number that it had there.</param>
    public Port Resume(int id, PortOffer offer)
    {
        var port = Add(id, offer, offer.Region.Resume(id, offer.PeerId, offer.Name));
        port.ResumeRings();
        return port;
    }

    private Port Add(int id, PortOffer offer, HostPort rings)
    {
        rings.CountIn(ledger.Port(id)->Counters);
        var port = new Port(id, offer, rings, ledger.Port(id)) { Generation = ++_portsEver };
        foreach (var other in _all)
            other.LatencyFrom[id] = null; // of who had the number before
        port.Peers = _byId;
        port.NewlyFaulted = _newlyFaulted;
        _all = [.. _all, port];
        _byId[id] = port;
        Publish(_roster.Departed);
        return port;
    }

    /// <summary>A VM is gone: its port takes no frames and gets none, until <see cref="RemoveReleased"/>.</summary>
    /// <param name="released">Completes when nobody reads the port's slots any more.</param>
    public void Retire(Port port, TaskCompletionSource<bool> released)
    {
        port.IsRetired = true;
        var departed = _roster.Departed.Add(port);
        port.Rings.CountAlone(); // who looks at it from before reads on
        departed.CopyTo(ledger.DepartedHostCounters, ledger.DepartedGuestCounters);
        ledger.Leave(port.Id);
        Publish(departed);
        _leaving.Add((port, released));
    }

    /// <summary>Lets ports go whose VM is gone and whose slots nobody reads.</summary>
    public void RemoveReleased()
    {
        if (_leaving.Count == 0)
            return;
        foreach ((var port, var released) in _leaving.Where(l => l.Port.TotalReferences == 0))
        {
            _all = [.. _all.Where(p => p != port)];
            _byId[port.Id] = null;
            removed(port);
            port.Offer.Region.Region.Detach(port.Rings.Index);
            released.SetResult(true);
        }
        _leaving.RemoveAll(l => l.Port.TotalReferences == 0);
    }

    /// <summary>A port number that no VM uses and whose slots nobody reads; -1: there is none.</summary>
    private int FindFreeId(int limit)
    {
        for (int id = 0; id < limit; id++)
        {
            if (_byId[id] is null)
                return id;
        }
        return -1;
    }

    private void Publish(PortTotals departed) => Volatile.Write(ref _roster, new Roster([.. _all.Where(p => !p.IsRetired)], departed));

    /// <summary>The VMs that are there, and the sums of those that went: one word, so that nobody counts a VM twice.</summary>
    private sealed record Roster(Port[] Ports, PortTotals Departed);
}
