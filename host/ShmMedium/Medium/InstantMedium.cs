using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Timing;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Medium.Phy;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>The medium of <c>timing: instant</c> over links that lose: a frame goes down its retry chain at once, attempt by attempt.</summary>
internal sealed class InstantMedium(RadioRegistry radios, MediumState state, MediumClock clock) : IMedium
{
    /// <inheritdoc/>
    public void Transmit(in Frame frame, Outcome outcome)
    {
        var chain = frame.Sender.Chain.Read(in frame.Chain, frame.FreqMhz, frame.Spacing, state.Errors, frame.DataRate);
        long nowNs = clock.At((long)frame.TakenNs);
        outcome.IsOver = true;
        if (frame.Receiver.IsGroup)
        {
            SendOnce(in frame, in chain.Links[0], radios.ListenersOn(frame.FreqMhz).Span, nowNs, outcome);
            return;
        }

        outcome.Attempts = Acknowledgement.IsWanted(in frame) ? chain.Attempts : 1;
        bool isAcknowledged = false;
        foreach (var owner in radios.OwnersOf(frame.Receiver, frame.Sender))
        {
            if (owner == frame.Sender || !owner.MayHear(frame.FreqMhz))
                continue;
            var sent = SendWithRetries(in frame, chain, owner, outcome.Attempts, nowNs, outcome);
            if (!sent.IsAcknowledged && isAcknowledged)
                continue;
            outcome.Attempts = sent.Attempts;
            outcome.AckSignalDbm = sent.AckSignalDbm;
            isAcknowledged = sent.IsAcknowledged;
        }
        if (radios.Monitors.Length != 0)
            SendOnce(in frame, in chain.Links[0], radios.Monitors, nowNs, outcome);
    }

    /// <summary>Sends a frame once, to all but those that it is addressed to, which receive it with its retries.</summary>
    private void SendOnce(in Frame frame, in ChainLink link, ReadOnlySpan<Radio> receivers, long nowNs, Outcome outcome)
    {
        var sender = frame.Sender;
        var links = state.Links;
        bool isGroup = frame.Receiver.IsGroup;
        foreach (var receiver in receivers)
        {
            if (receiver == sender || (!isGroup && (receiver.Owns(frame.Receiver) || !receiver.MayHear(frame.FreqMhz))))
                continue;
            var there = links.Of(sender.Endpoint, receiver.Endpoint, (int)frame.FreqMhz, nowNs);
            sbyte signalDbm = Reception.ToSignal(there.SignalDbm);
            var fault = state.FaultOn(in frame, receiver);
            float per = fault?.Configuration.Action is DropFault ? 1 : state.LossOf(in there, link.Curve, OctetsOf(in frame));
            if (IsLost(per, sender.Endpoint, receiver.Endpoint))
            {
                receiver.Port.Rings.Count(HostCounter.LostOnAir);
                continue;
            }
            outcome.Add() = new Reception { Receiver = receiver, SignalDbm = signalDbm, RateIndex = link.RateIndex, Attempt = 1, Fault = fault };
            outcome.Best = outcome.Best.With(attempt: 1, signalDbm, isRetry: false);
        }
    }

    /// <summary>Sends a frame to a radio that owns its receiver address, down the retry chain until it is acknowledged.</summary>
    /// <param name="limit">Attempts at most.</param>
    /// <param name="nowNs">When, by the medium's clock.</param>
    /// <param name="outcome">Gets a reception for each attempt that is received.</param>
    private UnicastOutcome SendWithRetries(in Frame frame, DecodedChain chain, Radio receiver, int limit, long nowNs, Outcome outcome)
    {
        var links = state.Links;
        LinkEndpoint from = frame.Sender.Endpoint, to = receiver.Endpoint;
        var there = links.Of(from, to, (int)frame.FreqMhz, nowNs);
        var back = links.Of(to, from, (int)frame.FreqMhz, nowNs);
        var fault = state.FaultOn(in frame, receiver);
        bool isDropped = fault?.Configuration.Action is DropFault;
        bool isWanted = Acknowledgement.IsWanted(in frame);
        bool isReceived = false;
        sbyte signalDbm = Reception.ToSignal(there.SignalDbm);
        var sent = new UnicastOutcome { AckSignalDbm = Reception.ToSignal(back.SignalDbm) };
        foreach (ref readonly var link in chain.Links)
        {
            float per = isDropped ? 1 : state.LossOf(in there, link.Curve, OctetsOf(in frame));
            float ackPer = state.LossOf(in back, link.AckCurve, FrameExchange.AckOctets);
            for (int i = 0; i < link.Attempts && sent.Attempts < limit; i++)
            {
                sent.Attempts++;
                if (IsLost(per, from, to))
                {
                    receiver.Port.Rings.Count(HostCounter.LostOnAir);
                    continue;
                }
                sent.IsAcknowledged = isWanted && !IsResponseLost(ackPer, to, from);
                outcome.Add() = new Reception
                {
                    Receiver = receiver,
                    SignalDbm = signalDbm,
                    RateIndex = link.RateIndex,
                    Attempt = sent.Attempts,
                    IsRetry = sent.Attempts > 1,
                    IsAcknowledged = sent.IsAcknowledged,
                    Fault = isReceived ? null : fault,
                };
                outcome.Best = outcome.Best.With(sent.Attempts, signalDbm, isRetry: sent.Attempts > 1);
                isReceived = true;
                if (sent.IsAcknowledged)
                    return sent;
            }
        }
        return sent;
    }

    /// <summary>Draws what becomes of an attempt.</summary>
    private bool IsLost(float per, LinkEndpoint from, LinkEndpoint to) => per > 0 && (per >= 1 || state.Links.NextDraw(from, to) < per);

    private bool IsResponseLost(float per, LinkEndpoint from, LinkEndpoint to) =>
        per > 0 && (per >= 1 || state.Links.NextResponseDraw(from, to) < per);

    private static int OctetsOf(in Frame frame) => (int)frame.Length + FrameExchange.FcsOctets;

    /// <summary>The outcome of a frame's way to one radio.</summary>
    private struct UnicastOutcome
    {
        public int Attempts;
        public bool IsAcknowledged;
        public sbyte AckSignalDbm;
    }
}
