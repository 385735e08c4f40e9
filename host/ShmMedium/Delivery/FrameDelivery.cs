using System.Runtime.CompilerServices;
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
            if (outcome.Delivered is { } delivered)
                acknowledger = Acknowledger.Prefer(acknowledger, in delivered);
            else
                hasNoRoom = !reception.Receiver.Port.IsFaulted;
        }
        if (outcome.All is { } all)
            DeliverToAll(in frame, all, outcome.AllSignalDbm, outcome.AllRateIndex);
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

    private void DeliverToAll(in Frame frame, RadioList receivers, sbyte signalDbm, byte rateIndex)
    {
        var reception = new Reception { SignalDbm = signalDbm, RateIndex = rateIndex };
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
                return PostAltered(in frame, in reception, new FrameAlteration(reception.IsRetry, corrupt.Bits, fault.NextKey()));
        }
        return Post(in frame, in reception);
    }

    /// <summary>Posts a frame to one radio: where another radio of the VM has it, by reference if it may, else by copy.</summary>
    private bool Post(in Frame frame, in Reception reception)
    {
        if (reception.IsRetry)
            return PostAltered(in frame, in reception, new FrameAlteration(IsRetry: true));
        var to = reception.Receiver.Port;
        var from = frame.Sender.Port;
        if (!HasRoom(to, from))
            return false;
        bool isShared = to.Latest.Delivery == _deliveries;
        if (!isShared && !HasPlace(to, from))
            return false;

        // Where a slow receiver is copied to: MayHold says no, and the frame goes into the receiver's pool.
        bool byReference = !isShared && !frame.IsHeld && to.IsInRegionOf(from) && from.MayHold(frame.Slot, to);
        ushort poolSlot = 0;
        byte* payload = isShared ? (byte*)to.Latest.Payload : byReference ? frame.Bytes : CopyToPool(in frame, to, out poolSlot);
        Describe(in frame, in reception, payload);
        if (isShared)
            to.CommitShared(from, frame.Length);
        else if (byReference)
            to.CommitReference(from, frame.Slot, (ushort)(frame.Bytes - (byte*)from.Rings.TxSlot(frame.Slot)), (ushort)frame.Length);
        else
            to.CommitCopy(from, poolSlot, frame.Length);
        to.Latest = (_deliveries, (nint)payload);
        rx.PublishLater(to);
        return true;
    }

    /// <summary>Posts a frame that is not what the sender wrote to one radio: a copy of its own.</summary>
    private bool PostAltered(in Frame frame, in Reception reception, FrameAlteration alteration)
    {
        var to = reception.Receiver.Port;
        var from = frame.Sender.Port;
        if (!HasRoom(to, from) || !HasPlace(to, from))
            return false;
        byte* copy = CopyToPool(in frame, to, out ushort poolSlot);
        alteration.ApplyTo(new Span<byte>(copy, (int)frame.Length));
        Describe(in frame, in reception, copy);
        to.CommitCopy(from, poolSlot, frame.Length);
        to.Latest = default; // no other radio of the VM gets it like that
        rx.PublishLater(to);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool HasRoom(Port to, Port from) => !to.IsFaulted && (rx.HasRoomForFrame(to, from) || Drop(to, HostCounter.DropRxRingFull));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool HasPlace(Port to, Port from) => rx.HasPlaceForFrame(to, from) || Drop(to, HostCounter.DropPoolEmpty);

    private static bool Drop(Port to, HostCounter reason)
    {
        to.Rings.Count(reason);
        return false;
    }

    /// <summary>Fills the receiver's next descriptor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Describe(in Frame frame, in Reception reception, byte* payload)
    {
        var to = reception.Receiver.Port;
        *to.NextDescriptor = new RxDescriptor
        {
            Kind = RingKind.Frame,
            Radio = reception.Receiver.Number,
            Length = frame.Length,
            Offset = to.OffsetOf(payload),
            Cookie = to.IsRemote ? (uint)frame.Sender.Id : 0UL, // its host is told which radio sent the frame
            FreqMhz = frame.FreqMhz,
            SignalDbm = reception.SignalDbm,
            RateIndex = reception.RateIndex,
            SourcePort = (ushort)frame.Sender.Port.Id,
            CapturedNs = frame.CapturedNs,
            TakenNs = frame.TakenNs,
        };
    }

    private static byte* CopyToPool(in Frame frame, Port to, out ushort poolSlot)
    {
        _ = to.TryTakePoolSlot(out poolSlot); // there is one: HasPlaceForFrame
        byte* copy = to.Rings.PoolSlot(poolSlot);
        frame.CopyTo(copy);
        to.Rings.Count(HostCounter.Copied);
        to.Rings.Count(HostCounter.CopiedBytes, frame.Length);
        return copy;
    }
}
