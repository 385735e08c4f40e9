using System.Runtime.InteropServices;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Delivery;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Medium.Ranging;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>Peer measurements that guests ask for: measured at once, and told when a radio would have measured it.</summary>
/// <remarks>A radio has one at a time, as hwsim has it. Until it is told, its report waits in a slot of its own guest's pool.</remarks>
internal sealed unsafe class PeerMeasurements(FineTimingMeasurement ftm, RxRings rx, MediumClock clock)
{
    private readonly byte[] _request = new byte[Abi.SlotPayloadSize]; // a copy: the guest may write its slot meanwhile
    private readonly PriorityQueue<Report, (long DueNs, long Order)> _waiting = new();
    private long _order;

    /// <summary>When the next is to be told, ns of the medium's clock; <see cref="long.MaxValue"/>: there is none.</summary>
    public long NextNs { get; private set; } = long.MaxValue;

    /// <summary>Takes a request; what cannot be measured now is answered so at once.</summary>
    /// <param name="slotAddress">Where its payload is; shared.</param>
    /// <param name="header">Its header; a copy.</param>
    public void Start(Port port, byte* slotAddress, in TxSlotHeader header)
    {
        if (!header.IsPayloadInSlot(Abi.SlotPayloadSize))
        {
            port.BreakOff(PortFault.Length);
            return;
        }
        if (port.Radios[header.Radio] is not { IsMeasuring: false } radio || !port.HasPlaceForMessage || !port.TryTakePoolSlot(out ushort poolSlot))
        {
            port.Rings.Count(HostCounter.Refused);
            _ = TryPost(port, header.Radio, header.Cookie);
            return;
        }
        var request = _request.AsSpan(0, (int)header.Length);
        new ReadOnlySpan<byte>(slotAddress + header.Offset, request.Length).CopyTo(request);
        uint length = Measure(radio, request, new Span<byte>(port.Rings.PoolSlot(poolSlot), Abi.SlotSize), out long durationNs);
        radio.IsMeasuring = true;
        _waiting.Enqueue(new Report(radio, poolSlot, length, header.Cookie), (clock.NowNs + durationNs, _order++));
        UpdateNext();
    }

    /// <summary>Tells what is due.</summary>
    public bool TellDue(long nowNs)
    {
        bool any = false;
        while (NextNs <= nowNs)
        {
            any = true;
            var report = _waiting.Dequeue();
            UpdateNext();
            var radio = report.Radio;
            radio.IsMeasuring = false;
            if (!radio.IsRegistered || !TryPost(radio.Port, radio.Number, report.Cookie, report.PoolSlot, report.Length))
                radio.Port.ReturnPoolSlot(report.PoolSlot);
        }
        return any;
    }

    /// <summary>Measures the peers of a request, one after the other.</summary>
    /// <returns>Bytes of the report.</returns>
    private uint Measure(Radio radio, ReadOnlySpan<byte> request, Span<byte> buffer, out long durationNs)
    {
        durationNs = 0;
        var report = new PmsrReport(buffer);
        var peers = new PmsrPeers(request);
        while (peers.MoveNext())
        {
            var result = ftm.Measure(radio, peers.Current, clock.NowNs, out long peerNs);
            durationNs += peerNs;
            report.Add(in result, (ulong)(clock.MonotonicNs + durationNs - radio.Port.Rings.ClockOffsetNs));
        }
        return (uint)report.Complete().Length;
    }

    /// <param name="length">Bytes in the pool slot; 0: nothing was measured, and there is no slot.</param>
    /// <returns>False: the guest's ring is full.</returns>
    private bool TryPost(Port port, ushort radio, ulong cookie, ushort poolSlot = 0, uint length = 0)
    {
        if (!rx.HasRoomForMessage(port))
        {
            port.Rings.Count(HostCounter.DropStatus);
            return false;
        }
        *port.NextDescriptor = new RxDescriptor
        {
            Kind = RingKind.PmsrResult,
            Radio = radio,
            Length = length,
            Offset = length == 0 ? 0 : port.OffsetOf(port.Rings.PoolSlot(poolSlot)),
            Cookie = cookie,
            SourcePort = (ushort)port.Id,
        };
        if (length == 0)
            port.CommitMessage();
        else
            port.CommitMessage(poolSlot);
        rx.PublishLater(port);
        return true;
    }

    private void UpdateNext() => NextNs = _waiting.TryPeek(out _, out (long DueNs, long) next) ? next.DueNs : long.MaxValue;

    /// <summary>What a radio is to be told.</summary>
    /// <param name="Length">Bytes of it in the pool slot.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Report(Radio Radio, ushort PoolSlot, uint Length, ulong Cookie);
}
