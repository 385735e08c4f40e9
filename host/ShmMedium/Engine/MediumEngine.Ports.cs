using System.Text;
using ShmWifi.Dot11;
using ShmWifi.Linux;
using ShmWifi.Medium.Telemetry;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Medium.Engine;

// Ports that come and go, and what guests announce.
public sealed unsafe partial class MediumEngine
{
    /// <summary>Engine thread: takes a VM on.</summary>
    /// <param name="port">Its port; its number is free (<see cref="FindFreeId"/>).</param>
    public void Attach(Port port)
    {
        Watch(port.Waker);
        foreach (Port other in _ports)
        {
            port.LagFrom[other.Id] = new LinkLag();
            other.LagFrom[port.Id] = new LinkLag();
        }
        port.LagFrom[port.Id] = new LinkLag();
        _ports = [.. _ports, port];
        _peers[port.Id] = port;
        port.Peers = _peers;
        PublishPorts(_roster.Departed);
        _log.PortAttached(port);
    }

    /// <summary>Engine thread: a VM is gone. Its radios leave the air at once; <paramref name="released"/> is called when nobody reads its slots any more.</summary>
    /// <param name="port">Its port.</param>
    /// <param name="released">Closes what the port used.</param>
    public void Detach(Port port, Action released)
    {
        if (port.IsRetired)
            return;
        _epoll.Remove(port.Waker.Descriptor);
        Air.RemoveAll(port);
        ReclaimAll(port);
        port.IsRetired = true;
        MoveTapped(port);
        ReportUnheard(port);
        PublishPorts(SnapshotSource.AddDeparted(_roster.Departed, port));
        Interlocked.MemoryBarrier(); // the ports without it, before who inspects them; pairs with Inspect
        _log.PortDetached(port);
        _leaving.Add((port, released));
    }

    /// <summary>Engine thread: a port number that no VM uses and whose slots nobody reads; -1 when all are taken.</summary>
    /// <param name="limit">How many there are.</param>
    public int FindFreeId(int limit)
    {
        for (int id = 0; id < limit; id++)
        {
            if (_peers[id] is null)
                return id;
        }
        return -1;
    }

    /// <summary>Lets ports go whose VM is gone, whose slots nobody reads, and whose counters no other thread reads just now.</summary>
    private void ReleaseLeaving()
    {
        if (_leaving.Count == 0 || Volatile.Read(ref _inspections) != 0)
            return;
        foreach ((Port port, Action released) in _leaving.Where(l => l.Port.TotalReferences == 0))
        {
            _ports = [.. _ports.Where(p => p != port)];
            _peers[port.Id] = null;
            released();
        }
        _leaving.RemoveAll(l => l.Port.TotalReferences == 0);
    }

    private static void ReclaimAll(Port port)
    {
        while (port.OutstandingRx != 0)
            port.ReclaimNext();
    }

    private void PublishPorts(MediumTotals departed) =>
        Volatile.Write(ref _roster, new Roster([.. _ports.Where(p => !p.IsRetired)], departed));

    private void HandleControl(Port port, byte* slotAddress, in TxSlotHeader header)
    {
        if (header.Radio >= Abi.MaxRadios)
        {
            Fault(port, PortFault.Radio);
            return;
        }
        MacAddress address;
        fixed (byte* octets = header.Address)
            address = new MacAddress(new ReadOnlySpan<byte>(octets, MacAddress.Length));
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        Dispatch(port, slotAddress, in header, address);
        _controlAllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocated;
    }

    private void Dispatch(Port port, byte* slotAddress, in TxSlotHeader header, MacAddress address)
    {
        Radio? radio = port.Radios[header.Radio];
        switch (header.Kind)
        {
            case RingKind.Hello:
                Air.RemoveAll(port);
                if (MayLog(port))
                    _log.GuestReady(port);
                break;
            case RingKind.RadioAdd:
                AddRadio(port, slotAddress, in header, address);
                break;
            case RingKind.RadioDel when radio is not null:
                Air.Remove(radio);
                if (MayLog(port))
                    _log.RadioGone(radio);
                break;
            case RingKind.AddressAdd when radio is not null:
                if (address.IsGroup || !Air.AddAddress(radio, address))
                    port.Rings.Count(HostCounter.Refused);
                break;
            case RingKind.AddressDel when radio is not null:
                Air.RemoveAddress(radio, address);
                break;
            case RingKind.ClockSync:
                AnswerClockSync(port, header.Cookie);
                break;
            case RingKind.RxRefused when radio is not null:
                radio.OnRefused(header.FreqMhz, (long)_takenNs);
                break;
            case RingKind.RadioDel or RingKind.AddressAdd or RingKind.AddressDel or RingKind.RxRefused:
                port.Rings.Count(HostCounter.Refused);
                break;
            default:
                Fault(port, PortFault.Kind);
                break;
        }
    }

    private void AddRadio(Port port, byte* slotAddress, in TxSlotHeader header, MacAddress identity)
    {
        if (header.Offset < Abi.SlotHeaderSize || header.Length > Abi.NameSize || header.Offset > Abi.SlotSize - header.Length)
        {
            Fault(port, PortFault.Length);
            return;
        }
        // Copied first: the decoder throws when the guest changes bytes under it.
        Span<byte> name = stackalloc byte[Abi.NameSize];
        name = name[..(int)header.Length];
        new ReadOnlySpan<byte>(slotAddress + header.Offset, name.Length).CopyTo(name);
        bool isNew = port.Radios[header.Radio]?.Identity != identity;
        Radio? radio = Air.AddOrGet(port, header.Radio, identity, PrintableName(name, header.Radio));
        if (radio is null)
        {
            port.Rings.Count(HostCounter.Refused);
            return;
        }
        radio.Flags = (RadioFlags)header.Flags;
        Air.SetMonitor(radio, radio.Flags.HasFlag(RadioFlags.Monitor));
        if (isNew && MayLog(port))
            _log.RadioAdded(radio);
    }

    /// <summary>Whether a line about what a guest announced may be logged; the first one too many says so.</summary>
    private bool MayLog(Port port)
    {
        bool mayLog = port.Announcements.TryTake(MonotonicClock.NowNs, out bool isFirstRefusal);
        if (isFirstRefusal)
            _log.AnnouncementsUnlogged(port);
        return mayLog;
    }

    /// <summary>A guest's text is shown on terminals and written to files: keep what is harmless there.</summary>
    private static string PrintableName(ReadOnlySpan<byte> utf8, int number)
    {
        string name = Encoding.UTF8.GetString(utf8);
        string clean = string.Concat(name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));
        return clean.Length == 0 ? $"radio{number}" : clean;
    }

    private void AnswerClockSync(Port port, ulong cookie)
    {
        if (!port.HasRoomForStatus && !(Reclaim(port) && port.HasRoomForStatus))
        {
            port.Rings.Count(HostCounter.DropStatus);
            return;
        }
        ulong taken = (ulong)MonotonicClock.NowNs;
        *port.Rings.Descriptor(port.NextRx) = new RxDescriptor
        {
            Kind = RingKind.ClockSync,
            Cookie = cookie,
            SourcePort = (ushort)port.Id,
            TakenNs = taken,
        };
        port.CommitMessage();
        PublishLater(port);
    }
}
