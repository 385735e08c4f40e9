using System.Runtime.CompilerServices;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>The taps that see passing frames: capture and frame log.</summary>
internal sealed class FrameTaps(MediumClock clock)
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

    /// <summary>Shows passing frames to one tap more.</summary>
    public void Add(FrameTap tap) => _taps = [.. _taps, tap];

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
            if (!outcome.WasShown || !tap.WantsPpdus)
                tap.Offer(in tapped);
        }
    }

    /// <summary>Offers what was in a PPDU to those that want such.</summary>
    public void OfferSent(in TappedFrame sent)
    {
        foreach (var tap in _taps)
        {
            if (tap.WantsPpdus)
                tap.Offer(in sent);
        }
    }

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
}
