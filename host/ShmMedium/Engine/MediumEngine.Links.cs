using ShmWifi.Configuration.Air;
using ShmWifi.Dot11;
using ShmWifi.Medium.Faults;
using ShmWifi.Medium.Links;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Medium.Engine;

// A frame over links that lose: attempt by attempt, each with its acknowledgement.
public sealed unsafe partial class MediumEngine
{
    /// <summary>Sends a frame at once, as often as its retry chain says until it is acknowledged.</summary>
    private void TransmitOverLinks(in FrameInFlight frame)
    {
        RetryChain chain = frame.Sender.Chain.Read(in frame, _model.Errors);
        long airNs = _clock.At((long)frame.TakenNs);
        if (frame.Receiver.IsGroup)
        {
            sbyte signalDbm = SendOnce(in frame, in chain.Links[0], Air.Radios, airNs);
            OfferToTaps(in frame, signalDbm, acked: false);
            return;
        }

        var best = new Walk { Attempts = WantsAck(in frame) ? chain.Attempts : 1, SignalDbm = PerfectMedium.SignalDbm };
        Port? acknowledger = null;
        foreach (Radio owner in Air.OwnersOf(frame.Receiver))
        {
            if (owner == frame.Sender)
                continue;
            Walk walk = WalkChain(in frame, chain, owner, best.Attempts, airNs);
            if (!walk.IsAcked && acknowledger is not null)
                continue;
            best = walk;
            if (walk.IsAcked)
                acknowledger = owner.Port;
        }
        frame.Sender.Port.Rings.Count(HostCounter.Retries, (ulong)best.Attempts - 1);
        if (WantsAck(in frame))
            Report(TxStatus.Of(in frame, best.Attempts, best.AckSignalDbm), acknowledger);
        if (Air.Monitors.Length != 0)
            SendOnce(in frame, in chain.Links[0], Air.Monitors, airNs);
        OfferToTaps(in frame, best.SignalDbm, acknowledger is not null);
    }

    /// <summary>Sends a frame once; the radio that it is addressed to is not among the hearers, or hears it by its retries.</summary>
    /// <returns>The strongest signal.</returns>
    private sbyte SendOnce(in FrameInFlight frame, in ChainLink link, Radio[] hearers, long airNs)
    {
        Radio sender = frame.Sender;
        LinkTable links = _model.Links;
        sbyte strongest = sbyte.MinValue;
        bool isGroup = frame.Receiver.IsGroup;
        foreach (Radio hearer in hearers) // copy-on-write: a port that is faulted on the way changes the next frame's
        {
            if (hearer == sender || (!isGroup && hearer.Owns(frame.Receiver)))
                continue;
            LinkBudget there = links.Of(sender.Model, hearer.Model, (int)frame.FreqMhz, airNs);
            sbyte signalDbm = Hearing.ToSignal(there.SignalDbm);
            strongest = Math.Max(strongest, signalDbm);
            Fault? fault = FaultOn(in frame, hearer);
            float per = fault?.Configuration.Action is DropFault ? 1 : LossOf(in there, link.Curve, frame.Length);
            if (IsLost(per, sender.Model, hearer.Model))
                hearer.Port.Rings.Count(HostCounter.LostOnAir);
            else
                DeliverWith(fault, in frame, hearer, new Hearing(signalDbm, link.RateIndex));
        }
        return strongest;
    }

    /// <summary>Sends a frame to the radio that it is addressed to, down the retry chain until it is acknowledged.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="chain">Its rates.</param>
    /// <param name="receiver">Who owns its receiver address.</param>
    /// <param name="limit">Attempts at most.</param>
    /// <param name="airNs">When.</param>
    private Walk WalkChain(in FrameInFlight frame, RetryChain chain, Radio receiver, int limit, long airNs)
    {
        LinkTable links = _model.Links;
        RadioModel from = frame.Sender.Model, to = receiver.Model;
        LinkBudget there = links.Of(from, to, (int)frame.FreqMhz, airNs);
        LinkBudget back = links.Of(to, from, (int)frame.FreqMhz, airNs);
        Fault? fault = FaultOn(in frame, receiver);
        bool isDropped = fault?.Configuration.Action is DropFault;
        bool mayAcknowledge = WantsAck(in frame) && receiver.ListensTo(frame.FreqMhz, (long)frame.TakenNs);
        var walk = new Walk { SignalDbm = Hearing.ToSignal(there.SignalDbm), AckSignalDbm = Hearing.ToSignal(back.SignalDbm) };
        foreach (ref readonly ChainLink link in chain.Links)
        {
            float per = isDropped ? 1 : LossOf(in there, link.Curve, frame.Length);
            float ackPer = LossOf(in back, link.AckCurve, FrameExchange.AckOctets - FrameExchange.FcsOctets);
            for (int i = 0; i < link.Attempts && walk.Attempts < limit; i++)
            {
                walk.Attempts++;
                if (IsLost(per, from, to))
                {
                    receiver.Port.Rings.Count(HostCounter.LostOnAir);
                    continue;
                }
                if (walk.IsHeard && !mayAcknowledge)
                    continue; // its kernel refused the first one, too
                if (!DeliverWith(walk.IsHeard ? null : fault, in frame, receiver, new Hearing(walk.SignalDbm, link.RateIndex) { IsRetry = walk.Attempts > 1 }))
                    continue;
                walk.IsHeard = true;
                if (!mayAcknowledge || IsLost(ackPer, to, from))
                    continue;
                walk.IsAcked = true;
                return walk;
            }
        }
        return walk;
    }

    /// <summary>Draws what becomes of an attempt.</summary>
    private bool IsLost(float per, RadioModel from, RadioModel to) => per > 0 && (per >= 1 || _model.Links.NextDraw(from, to) < per);

    /// <summary>The fault to order that hits a frame on its way to a radio.</summary>
    private Fault? FaultOn(in FrameInFlight frame, Radio hearer) =>
        _model.Faults.IsEmpty ? null : _model.Faults.Hit(frame.Span, frame.Sender.Model, hearer.Model);

    /// <summary>The probability that an attempt is lost.</summary>
    /// <param name="link">The link.</param>
    /// <param name="curve">The rate's.</param>
    /// <param name="length">Bytes, without FCS.</param>
    private float LossOf(in LinkBudget link, int curve, uint length) =>
        float.IsNaN(link.Loss) ? _model.Errors.Per(curve, link.SnrDb, (int)length + FrameExchange.FcsOctets) : link.Loss;

    /// <summary>Delivers a frame with what a fault to order does to it.</summary>
    /// <returns>Whether it was, or will be.</returns>
    private bool DeliverWith(Fault? fault, in FrameInFlight frame, Radio hearer, Hearing hearing)
    {
        switch (fault?.Configuration.Action)
        {
            case DelayFault delay:
                if (!_held.TryHold(in frame, out int ticket))
                    return false;
                _held[ticket].IsDelayed = true;
                _delayed.Add(_clock.NowNs + (delay.By.Ticks * TimeSpan.NanosecondsPerTick), new DelayedDelivery(ticket, hearer, hearing));
                return true;
            case DuplicateFault duplicate:
                for (int i = 0; i < duplicate.Times; i++)
                    Deliver(in frame, hearer, in hearing);
                break;
            case CorruptFault corrupt:
                hearing = hearing with { FlippedBits = corrupt.Bits, FlipKey = fault.NextKey() };
                break;
        }
        return Deliver(in frame, hearer, in hearing);
    }

    /// <summary>What became of a frame's way to one radio.</summary>
    private struct Walk
    {
        public int Attempts;
        public bool IsHeard;
        public bool IsAcked;
        public sbyte SignalDbm;
        public sbyte AckSignalDbm;
    }
}
