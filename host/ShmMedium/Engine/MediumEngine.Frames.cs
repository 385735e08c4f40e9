using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ShmWifi.Configuration.Air;
using ShmWifi.Dot11;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Medium.Engine;

// The way of a frame through the host. All of a slot's header is copied first; what is checked and used is the copy.
public sealed unsafe partial class MediumEngine
{
    private const uint PrefetchDistance = 4; // slots
    private const int UsedHeaderSize = 64; // of a slot's header: the rest is reserved, and another cache line
    private ulong _takenNs;

    /// <summary>Takes a batch of a port's TX slots.</summary>
    private bool TakeFrames(Port port)
    {
        if (port.IsFaulted || port.IsRetired)
            return false;
        uint ready = Math.Min(port.Rings.Tx.CountReady(), Batch);
        if (port.Rings.Tx.IsBroken)
            Fault(port, PortFault.TxTail);
        if (ready == 0)
            return false;
        _isAnyTxHeld = true;
        _takenNs = (ulong)MonotonicClock.NowNs;
        Prefetch(port, PrefetchDistance > ready ? ready : PrefetchDistance);
        for (uint i = 0; i < ready && !port.IsFaulted; i++)
        {
            uint slot = port.Rings.Tx.Taken;
            port.Rings.Tx.Take(1);
            if (i + PrefetchDistance < ready)
                Prefetch((byte*)port.Rings.TxSlot(slot + PrefetchDistance));
            TakeSlot(port, slot);
        }
        _pacing.OnTaken(ready, (long)_takenNs);
        return true;
    }

    /// <summary>Has the first of the slots that are ready fetched from the guest's core.</summary>
    private static void Prefetch(Port port, uint count)
    {
        for (uint i = 0; i < count; i++)
            Prefetch((byte*)port.Rings.TxSlot(port.Rings.Tx.Taken + i));
    }

    /// <summary>A slot's header, and where the services put the frame's: only a hint, wherever the frame is.</summary>
    private static void Prefetch(byte* slot)
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch0(slot);
        Sse.Prefetch0(slot + Abi.SlotHeaderSize);
    }

    private void TakeSlot(Port port, uint slot)
    {
        TxSlotHeader* shared = port.Rings.TxSlot(slot);
        Unsafe.SkipInit(out TxSlotHeader header);
        Buffer.MemoryCopy(shared, &header, sizeof(TxSlotHeader), UsedHeaderSize);
        if (header.Kind == RingKind.Frame)
            Transmit(port, slot, (byte*)shared, in header);
        else if (header.Kind != RingKind.None)
            HandleControl(port, (byte*)shared, in header);
    }

    private void Transmit(Port port, uint slot, byte* slotAddress, in TxSlotHeader header)
    {
        if (header.Offset < Abi.SlotHeaderSize || header.Length > Abi.SlotPayloadSize || header.Offset > Abi.SlotSize - header.Length)
        {
            Fault(port, PortFault.Length);
            return;
        }
        if (header.Radio >= Abi.MaxRadios)
        {
            Fault(port, PortFault.Radio);
            return;
        }
        Radio? sender = port.Radios[header.Radio];
        if (sender is null || header.Length < FrameView.MinLength)
        {
            port.Rings.Count(HostCounter.DropInvalid);
            return;
        }

        var frame = new FrameInFlight
        {
            Sender = sender,
            Slot = slot,
            Bytes = slotAddress + header.Offset,
            Length = header.Length,
            FreqMhz = header.FreqMhz,
            Flags = (TxFlags)header.Flags,
            Cookie = header.Cookie,
            CapturedNs = header.CapturedNs,
            TakenNs = _takenNs,
        };
        fixed (byte* rates = header.Rates, rateFlags = header.RateFlags)
        {
            frame.Rates = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(rates, 8));
            frame.RateFlagsLow = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(rateFlags, 8));
            frame.RateFlagsHigh = BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(rateFlags + 8, 4));
        }
        frame.Receiver = new MacAddress(new ReadOnlySpan<byte>(frame.Bytes + FrameView.Addr1Offset, MacAddress.Length));
        sender.OnSent(header.FreqMhz);
        port.Rings.Count(HostCounter.TxFrames);
        port.Rings.Count(HostCounter.TxBytes, header.Length);

        if (_model.IsPerfect)
            TransmitPerfectly(in frame);
        else if (_model.Current.Timing == Timing.Airtime)
            QueueForAir(in frame);
        else
            TransmitOverLinks(in frame);
    }

    /// <summary>Every radio hears the frame, at the first attempt.</summary>
    private void TransmitPerfectly(in FrameInFlight frame)
    {
        Radio sender = frame.Sender;
        var hearing = new Hearing(PerfectMedium.SignalDbm, sender.Chain.Read(in frame, _model.Errors).Links[0].RateIndex);
        Port? acknowledger = null;
        if (frame.Receiver.IsGroup)
        {
            foreach (Radio hearer in Air.Radios) // copy-on-write: a port that is faulted on the way changes the next frame's
            {
                if (hearer != sender)
                    Deliver(in frame, hearer, in hearing);
            }
        }
        else
        {
            foreach (Radio owner in Air.OwnersOf(frame.Receiver))
            {
                if (owner != sender && Deliver(in frame, owner, in hearing) && owner.ListensTo(frame.FreqMhz, (long)frame.TakenNs))
                    acknowledger = owner.Port;
            }
            if (WantsAck(in frame))
                Report(TxStatus.Of(in frame, attempts: 1, PerfectMedium.SignalDbm), acknowledger);
            foreach (Radio monitor in Air.Monitors)
            {
                if (monitor != sender && !monitor.Owns(frame.Receiver))
                    Deliver(in frame, monitor, in hearing);
            }
        }
        OfferToTaps(in frame, PerfectMedium.SignalDbm, acknowledger is not null);
    }

    private static bool WantsAck(in FrameInFlight frame) => (frame.Flags & TxFlags.NoAck) == TxFlags.None;

    /// <summary>Posts a frame to one radio, by reference if it may, else by copy.</summary>
    /// <returns>Whether it will be heard.</returns>
    private bool Deliver(in FrameInFlight frame, Radio hearer, in Hearing hearing)
    {
        Port to = hearer.Port;
        Port from = frame.Sender.Port;
        if (to.IsFaulted)
            return false;
        if (!to.HasRoomForFrame && !(Reclaim(to) && to.HasRoomForFrame))
        {
            to.Rings.Count(HostCounter.DropRxRingFull);
            return false;
        }

        if (!to.HasPlaceForFrame)
        {
            to.Rings.Count(HostCounter.DropPoolEmpty);
            return false;
        }

        bool byReference = !frame.IsHeld && !hearing.IsAltered && to.Rings.Region == from.Rings.Region && from.MayHold(frame.Slot, to);
        byte* payload = frame.Bytes;
        ushort poolSlot = 0;
        if (!byReference)
        {
            _ = to.TryTakePoolSlot(out poolSlot); // there is one: HasPlaceForFrame
            payload = to.Rings.PoolSlot(poolSlot);
            Buffer.MemoryCopy(frame.Bytes, payload, Abi.SlotSize, frame.Length);
            if (hearing.IsAltered)
                hearing.Alter(new Span<byte>(payload, (int)frame.Length));
            to.Rings.Count(HostCounter.Copied);
            to.Rings.Count(HostCounter.CopiedBytes, frame.Length);
        }

        *to.Rings.Descriptor(to.NextRx) = new RxDescriptor
        {
            Kind = RingKind.Frame,
            Radio = hearer.Number,
            Length = frame.Length,
            Offset = to.Rings.OffsetOf(payload),
            FreqMhz = frame.FreqMhz,
            SignalDbm = hearing.SignalDbm,
            RateIndex = hearing.RateIndex,
            SourcePort = (ushort)from.Id,
            CapturedNs = frame.CapturedNs,
            TakenNs = frame.TakenNs,
        };
        if (byReference)
            to.CommitReference(from, frame.Slot, (ushort)(frame.Bytes - (byte*)from.Rings.TxSlot(frame.Slot)), (ushort)frame.Length);
        else
            to.CommitCopy(from, poolSlot);
        PublishLater(to);
        to.Rings.Count(HostCounter.RxFrames);
        to.Rings.Count(HostCounter.RxBytes, frame.Length);
        return true;
    }

    private void OfferToTaps(in FrameInFlight frame, sbyte signalDbm, bool acked)
    {
        if (_taps.Length == 0)
            return;
        var tapped = new TappedFrame
        {
            Sender = frame.Sender,
            Bytes = frame.Bytes,
            Length = (int)frame.Length,
            Slot = frame.Slot,
            IsHeld = frame.IsHeld,
            TakenNs = frame.TakenNs,
            FreqMhz = frame.FreqMhz,
            Rates = frame.Rates,
            RateFlagsLow = frame.RateFlagsLow,
            RateFlagsHigh = frame.RateFlagsHigh,
            SignalDbm = signalDbm,
            IsAcked = acked,
        };
        foreach (FrameTap tap in _taps)
        {
            if (!tap.IsClosed)
                tap.Offer(in tapped);
        }
    }

    /// <summary>Takes back what a guest is done with, and learns from its stamps how long each frame took.</summary>
    private bool Reclaim(Port port)
    {
        if (port.IsFaulted || port.IsRetired || port.OutstandingRx == 0)
            return false;
        // In a shared region another guest may have scribbled the words that the ring started from: only our own count bounds the loop.
        bool isRead = port.Rings.Rx.RefreshHead();
        uint head = port.Rings.Rx.Head;
        uint first = port.ReclaimedRx;
        if (!isRead || head - first > port.OutstandingRx)
        {
            Fault(port, PortFault.RxHead);
            return false;
        }
        for (uint index = first; index != head; index++)
        {
            if (port.ReclaimNext() is { } sender && port.LagFrom[sender.Id] is { } lag)
            {
                RxDescriptor* descriptor = port.Rings.Descriptor(index);
                lag.Record(descriptor->CapturedNs, descriptor->TakenNs, descriptor->PostedNs, port.Rings.InjectedNs(index), _lateLags);
            }
        }
        if (first == head)
            return false;
        port.ReclaimedAtNs = MonotonicClock.NowNs;
        port.IsStalled = false;
        return true;
    }

    /// <summary>
    /// TX slots go back in order, so one slot that a receiver does not give back stops its sender's whole ring. A receiver
    /// that holds a ring up and gives nothing back for <see cref="Port.StallNs"/> (its VM is paused, its service hangs, it is
    /// hostile) gets copies in place of all references, and no more references until it moves.
    /// </summary>
    private void RelieveSenders()
    {
        bool isAnyHeldUp = false;
        foreach (Port port in _ports)
        {
            if (port.IsHeldUpByTaps)
                MoveTapped(port);
            isAnyHeldUp |= port.IsHeldUp;
        }
        if (!isAnyHeldUp)
            return;
        long now = MonotonicClock.NowNs;
        foreach (Port port in _ports)
        {
            if (port.HeldReferences != 0 && port.CheckStall(now))
                port.MoveReferencesToPool();
        }
    }

    private void MoveTapped(Port sender)
    {
        foreach (FrameTap tap in _taps)
            tap.MoveFrom(sender);
    }

    /// <summary>Stops serving a guest that broke the rules; what it held is taken back.</summary>
    private void Fault(Port port, PortFault fault)
    {
        if (port.IsFaulted)
            return;
        port.Fault = fault;
        ReclaimAll(port);
        ReportUnheard(port);
        Air.RemoveAll(port);
        port.Rings.SetFault(fault); // when all of it is done
        _log.PortFaulted(port, fault);
    }
}
