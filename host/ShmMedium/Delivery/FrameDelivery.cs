using ShmWifi.Configuration.Medium;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>Carries a medium's outcomes out: frames into receivers' RX rings, the status to the sender, the frame to taps.</summary>
internal sealed unsafe class FrameDelivery(RxRings rx, TxStatusReporter statuses, FrameTaps taps, HeldFrames held, MediumClock clock)
{
    private readonly DelayedDeliveries _delayed = new();
    private ulong _deliveries; // so far: each frame's has a number

    /// <summary>When the next delayed frame is due, ns of the medium's clock; <see cref="long.MaxValue"/>: there is none.</summary>
    public long NextDelayedNs => _delayed.NextNs;

    /// <summary>Carries an outcome out.</summary>
    public void Deliver(in Frame frame, Outcome outcome)
    {
        _deliveries++;
        var acknowledger = outcome.Acknowledger;
        bool hasNoRoom = outcome.HasNoRoom;
        bool isAckWanted = Acknowledgement.IsWanted(in frame);
        foreach (ref readonly var reception in outcome.Receptions)
        {
            bool isDelivered = reception.Fault is null ? Post(in frame, in reception) : DeliverWithFault(in frame, in reception);
            if (!isAckWanted)
                continue;
            outcome.Delivered = isDelivered ? AcknowledgerOf(in frame, in reception) : null;
            if (!reception.IsAcknowledged)
                continue;
            if (outcome.Delivered is { } heard)
                acknowledger = Acknowledger.Prefer(acknowledger, in heard);
            else
                hasNoRoom = !reception.Receiver.Port.IsFaulted;
        }
        if (outcome.All is { } all)
            DeliverToAll(in frame, all, outcome.Alike);
        if (!outcome.IsOver)
            return;
        if (outcome.Attempts > 1)
            frame.Sender.Port.Rings.Count(HostCounter.Retries, (ulong)outcome.Attempts - 1);
        if (isAckWanted)
            statuses.Report(TxStatus.Of(in frame, outcome.Attempts, outcome.AckSignalDbm), acknowledger);
        hasNoRoom &= acknowledger is null;
        if (hasNoRoom)
            frame.Sender.Port.Rings.Count(HostCounter.NoRoom);
        if (outcome.Attempts != 0)
            taps.Offer(in frame, outcome, acknowledger is not null, hasNoRoom);
    }

    /// <summary>Delivers what was delayed and is due.</summary>
    public bool DeliverDelayed(long nowNs)
    {
        bool any = false;
        while (_delayed.TryTake(nowNs, out var delivery))
        {
            any = true;
            _deliveries++;
            var reception = delivery.Reception;
            if (reception.Receiver.IsRegistered)
                Post(in held[delivery.Handle], in reception);
            held.Release(delivery.Handle);
        }
        return any;
    }

    /// <summary>Who was just delivered a frame. What an injected fault delays is acknowledged at once.</summary>
    private static Acknowledger AcknowledgerOf(in Frame frame, in Reception reception)
    {
        var port = reception.Receiver.Port;
        bool isCertain = reception.Receiver.ListensOn(frame.FreqMhz) || reception.Fault?.Configuration.Action is DelayFault;
        return new Acknowledger(port, port.NextRx - 1, isCertain);
    }

    private void DeliverToAll(in Frame frame, RadioList receivers, Reception reception)
    {
        foreach (var receiver in receivers.Span)
        {
            reception.Receiver = receiver;
            if (receiver != frame.Sender)
                Post(in frame, in reception);
        }
    }

    /// <summary>Delivers a frame to one radio, with what an injected fault does to it there.</summary>
    /// <returns>Whether it was delivered, or will be.</returns>
    private bool DeliverWithFault(in Frame frame, in Reception reception)
    {
        var fault = reception.Fault!;
        switch (fault.Configuration.Action)
        {
            case DelayFault delay:
                if (!held.TryHold(in frame, out int handle))
                {
                    frame.Sender.Port.Rings.Count(HostCounter.DropMediumQueueFull);
                    return false;
                }
                _delayed.Add(clock.NowNs + (delay.By.Ticks * TimeSpan.NanosecondsPerTick), new DelayedDelivery(handle, reception));
                return true;
            case DuplicateFault duplicate:
                for (int i = 0; i < duplicate.Times; i++)
                    Post(in frame, in reception);
                break;
            case CorruptFault corrupt:
                return Post(in frame, in reception, corrupt.Bits, fault.NextKey());
        }
        return Post(in frame, in reception);
    }

    /// <summary>Posts a frame to one radio: where another radio of the VM has it, by reference if it may, else by copy.</summary>
    private bool Post(in Frame frame, in Reception reception, int flippedBits = 0, ulong flipKey = 0)
    {
        var to = reception.Receiver.Port;
        var from = frame.Sender.Port;
        if (to.IsFaulted)
            return false;
        if (!rx.HasRoomForFrame(to, from))
        {
            to.Rings.Count(HostCounter.DropRxRingFull);
            return false;
        }
        var alteration = new FrameAlteration(reception.IsRetry, flippedBits, flipKey);
        bool isShared = to.Latest.Delivery == _deliveries && !alteration.IsAny;
        if (!isShared && !rx.HasPlaceForFrame(to, from))
        {
            to.Rings.Count(HostCounter.DropPoolEmpty);
            return false;
        }

        // Where a slow receiver is copied to: MayHold says no, and the frame goes into the receiver's pool.
        bool byReference = !isShared && !frame.IsHeld && !alteration.IsAny && to.Rings.Region == from.Rings.Region && from.MayHold(frame.Slot, to);
        ushort poolSlot = 0;
        byte* payload = isShared ? (byte*)to.Latest.Payload : byReference ? frame.Bytes : CopyToPool(in frame, to, alteration, out poolSlot);
        var descriptor = to.Rings.Descriptor(to.NextRx);
        *descriptor = new RxDescriptor
        {
            Kind = RingKind.Frame,
            Radio = reception.Receiver.Number,
            Length = frame.Length,
            Offset = to.Rings.OffsetOf(payload),
            FreqMhz = frame.FreqMhz,
            SignalDbm = reception.SignalDbm,
            RateIndex = reception.RateIndex,
            SourcePort = (ushort)from.Id,
            CapturedNs = frame.CapturedNs,
            TakenNs = frame.TakenNs,
        };
        if (isShared)
            to.CommitShared(from);
        else if (byReference)
            to.CommitReference(from, frame.Slot, (ushort)(frame.Bytes - (byte*)from.Rings.TxSlot(frame.Slot)), (ushort)frame.Length);
        else
            to.CommitCopy(from, poolSlot);
        to.Latest = (alteration.IsAny ? 0 : _deliveries, (nint)payload);
        rx.PublishLater(to);
        to.Rings.Count(HostCounter.RxFrames);
        to.Rings.Count(HostCounter.RxBytes, frame.Length);
        return true;
    }

    private static byte* CopyToPool(in Frame frame, Port to, FrameAlteration alteration, out ushort poolSlot)
    {
        _ = to.TryTakePoolSlot(out poolSlot); // there is one: HasPlaceForFrame
        byte* copy = to.Rings.PoolSlot(poolSlot);
        frame.CopyTo(copy);
        if (alteration.IsAny)
            alteration.ApplyTo(new Span<byte>(copy, (int)frame.Length));
        to.Rings.Count(HostCounter.Copied);
        to.Rings.Count(HostCounter.CopiedBytes, frame.Length);
        return copy;
    }
}
