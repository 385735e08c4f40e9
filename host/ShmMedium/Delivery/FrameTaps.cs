using System.Runtime.CompilerServices;
using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>The taps that see passing frames: captures and frame log.</summary>
internal sealed class FrameTaps(RadioRegistry radios, MediumClock clock)
{
    private FrameTap[] _taps = [];

    /// <summary>Whether an open tap holds TX slots; what a closed one left behind is moved when its sender is held up.</summary>
    public bool HoldSlots
    {
        get
        {
            bool any = false;
            foreach (var tap in _taps)
                any |= tap.HoldsSlots && !tap.IsClosed;
            return any;
        }
    }

    /// <summary>Whether one of them wants PPDUs.</summary>
    public bool WantPpdus => Array.Exists(_taps, tap => tap.WantsPpdus);

    /// <summary>All of them.</summary>
    public ReadOnlySpan<FrameTap> All => _taps;

    /// <summary>Shows passing frames to one tap more.</summary>
    public void Add(FrameTap tap) => _taps = [.. _taps, tap];

    /// <summary>Shows a tap nothing more, and leaves nothing of what it was shown in slots that its reader did not claim.</summary>
    public void Remove(FrameTap tap)
    {
        _taps = [.. _taps.Where(other => other != tap)];
        tap.MoveAll();
    }

    /// <summary>Offers a frame that is over.</summary>
    public void Offer(in Frame frame, Outcome outcome, bool isAcked, bool hasNoRoom)
    {
        if (_taps.Length != 0)
            OfferToAll(in frame, outcome, isAcked, hasNoRoom);
    }

    // Not inlined: a TappedFrame is cleared before it is made, also for whom there is no tap.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void OfferToAll(in Frame frame, Outcome outcome, bool isAcked, bool hasNoRoom)
    {
        var tapped = new TappedFrame(in frame, outcome, clock) { IsAcked = isAcked, HasNoRoom = hasNoRoom };
        foreach (var tap in _taps)
        {
            if (outcome.WasShown && tap.WantsPpdus)
                continue;
            if (tap.Selection.View == CaptureView.Receiver)
                OfferAtReceivers(tap, in tapped, outcome);
            else if (IsWanted(tap, in tapped))
                tap.Offer(in tapped);
        }
    }

    /// <summary>Whether a tap that looks at the medium wants a frame.</summary>
    public bool IsWanted(FrameTap tap, in TappedFrame tapped)
    {
        if (tapped.SignalDbm is null && !tap.Selection.HasLost)
            return false;
        if (tap.Selection.Radio == default || IsMeant(tap, tapped.Sender))
            return true;
        foreach (var receiver in ReceiversOf(in tapped.Frame))
        {
            if (receiver != tapped.Sender && IsMeant(tap, receiver))
                return true;
        }
        return false;
    }

    /// <summary>Whether a tap is about a radio.</summary>
    public static bool IsMeant(FrameTap tap, Radio radio) =>
        tap.Selection.Radio.Matches(radio.Port.Name, radio.Name, radio.Number, radio.Addresses);

    /// <summary>Lets the slots go that readers are done with.</summary>
    public void Reclaim()
    {
        foreach (var tap in _taps)
            tap.Reclaim();
    }

    /// <summary>Moves what lies in a sender's slots into the taps' memory.</summary>
    public void MoveFrom(Port sender)
    {
        foreach (var tap in _taps)
            tap.MoveFrom(sender);
    }

    /// <summary>Offers a frame that took no time, at its sender and at each radio that received it, or lost it.</summary>
    private void OfferAtReceivers(FrameTap tap, in TappedFrame tapped, Outcome outcome)
    {
        if (IsMeant(tap, tapped.Sender))
            tap.Offer(in tapped);
        foreach (ref readonly var reception in outcome.Receptions)
        {
            if (IsMeant(tap, reception.Receiver))
                tap.Offer(tapped.At(reception.Receiver, reception.SignalDbm, reception.Attempt, reception.IsRetry));
        }
        if (outcome.All is { } all)
        {
            foreach (var receiver in all.Span)
            {
                if (receiver != tapped.Sender && IsMeant(tap, receiver))
                    tap.Offer(tapped.At(receiver, outcome.AllSignalDbm, attempt: 1, isRetry: false));
            }
        }
        else if (tap.Selection.HasLost)
        {
            foreach (var receiver in ReceiversOf(in tapped.Frame))
            {
                if (receiver != tapped.Sender && receiver.MayHear(tapped.FreqMhz) && IsMeant(tap, receiver) && !HasReceived(outcome, receiver))
                    tap.Offer(tapped.At(receiver, signalDbm: null, tapped.Attempts, tapped.Attempts > 1));
            }
        }
    }

    /// <summary>Whom a frame is for.</summary>
    private ReadOnlySpan<Radio> ReceiversOf(in Frame frame) =>
        frame.Receiver.IsGroup ? radios.ListenersOn(frame.FreqMhz).Span : radios.OwnersOf(frame.Receiver);

    private static bool HasReceived(Outcome outcome, Radio receiver)
    {
        foreach (ref readonly var reception in outcome.Receptions)
        {
            if (reception.Receiver == receiver)
                return true;
        }
        return false;
    }
}
