using System.Runtime.InteropServices;
using ShmWifi.Configuration;
using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Medium.Contention;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>Shows taps what PPDUs carry, on the medium or at those who receive them: each attempt of a frame, and the control frames, which are
/// written here.</summary>
internal sealed unsafe class PpduTaps(FrameTaps taps, HeldFrames held, RadioRegistry radios, MediumClock clock)
{
    private readonly byte[] _control = GC.AllocateUninitializedArray<byte>(ControlFrame.MaxLength, pinned: true);

    /// <summary>Offers what was in a PPDU that is over.</summary>
    public void Offer(Ppdu ppdu)
    {
        if (ppdu.Kind != PpduKind.Frame)
        {
            OfferControl(ppdu);
            return;
        }
        if (!ppdu.IsAggregate)
        {
            OfferFrame(ppdu, ppdu.Handle, ppdu.Mpdu, place: -1, ppdu.Attempt, ppdu.IsRetry);
            return;
        }
        for (int i = 0; i < ppdu.Mpdus.Count; i++)
        {
            var mpdu = ppdu.Mpdus[i];
            OfferFrame(ppdu, mpdu.Handle, mpdu.Sent, place: i, mpdu.Attempt, mpdu.IsRetry);
        }
    }

    /// <param name="place">Its place in an A-MPDU; -1: it is none.</param>
    private void OfferFrame(Ppdu ppdu, int handle, in SentMpdu mpdu, int place, int attempt, bool isRetry)
    {
        var frame = held[handle] with { TakenNs = EndOf(ppdu) };
        Offer(ppdu, place, new TappedFrame(in frame, in mpdu, in ppdu.Rate, StrongestAt(ppdu, place), attempt, isRetry));
    }

    private void OfferControl(Ppdu ppdu)
    {
        var frame = new Frame
        {
            Sender = radios.Of(ppdu.Sender!),
            Bytes = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_control, 0),
            Length = (uint)WriteControl(ppdu),
            IsHeld = true,
            FreqMhz = (uint)ppdu.FreqMhz,
            TakenNs = EndOf(ppdu),
        };
        var mpdu = new SentMpdu(ppdu.PayloadNs, Ampdu: 0, IsLast: false);
        Offer(ppdu, place: -1, new TappedFrame(in frame, in mpdu, in ppdu.Rate, StrongestAt(ppdu, mpdu: -1), attempt: 1, isRetry: false));
    }

    private void Offer(Ppdu ppdu, int place, in TappedFrame sent)
    {
        foreach (var tap in taps.All)
        {
            if (!tap.WantsPpdus || (ppdu.Kind != PpduKind.Frame && !tap.Selection.ControlFrames))
                continue;
            if (tap.Selection.View == CaptureView.Receiver)
                OfferAtReceivers(tap, ppdu, place, in sent);
            else if (taps.IsWanted(tap, in sent))
                tap.Offer(in sent);
        }
    }

    /// <summary>Offers a frame at its sender and at each radio that received it, or lost it.</summary>
    private void OfferAtReceivers(FrameTap tap, Ppdu ppdu, int place, in TappedFrame sent)
    {
        if (FrameTaps.IsMeant(tap, sent.Sender))
            tap.Offer(in sent);
        foreach (ref readonly var reception in ppdu.Receptions.All)
        {
            if (!IsFor(ppdu, in reception) || radios.FindAt(reception.Station) is not { } receiver || !FrameTaps.IsMeant(tap, receiver))
                continue;
            bool isReceived = IsReceived(ppdu, in reception, place);
            if (isReceived || tap.Selection.HasLost)
                tap.Offer(sent.At(receiver, isReceived ? Reception.ToSignal(reception.SignalDbm) : null, sent.Attempt, sent.IsRetry));
        }
    }

    private int WriteControl(Ppdu ppdu)
    {
        int durationUs = (int)((ppdu.DurationNs + 999) / 1000); // rounded up: IEEE 802.11-2020 clause 9.2.5.1
        return ppdu.Kind switch
        {
            PpduKind.Rts => ControlFrame.WriteRts(_control, durationUs, ppdu.Receiver, ppdu.Transmitter),
            PpduKind.BlockAck => ControlFrame.WriteBlockAck(_control, ppdu.Receiver, ppdu.Transmitter, in ppdu.BlockAck, ppdu.IsLongBlockAck),
            PpduKind.Ack => ControlFrame.Write(_control, FrameSubtype.Ack, durationUs, ppdu.Receiver),
            _ => ControlFrame.Write(_control, FrameSubtype.Cts, durationUs, ppdu.Receiver),
        };
    }

    private ulong EndOf(Ppdu ppdu) => (ulong)clock.ToMonotonic(ppdu.EndNs);

    /// <summary>The strongest signal at those who received a PPDU, or one of its MPDUs, of those whom it was for, dBm; null: none did.</summary>
    /// <param name="mpdu">Its place in an A-MPDU; -1: it is none.</param>
    private static sbyte? StrongestAt(Ppdu ppdu, int mpdu)
    {
        float strongest = float.NegativeInfinity;
        foreach (ref readonly var reception in ppdu.Receptions.All)
        {
            if (reception.SignalDbm > strongest && IsFor(ppdu, in reception) && IsReceived(ppdu, in reception, mpdu))
                strongest = reception.SignalDbm;
        }
        return float.IsNegativeInfinity(strongest) ? null : Reception.ToSignal(strongest);
    }

    private static bool IsReceived(Ppdu ppdu, in PpduReception reception, int mpdu) =>
        reception.IsReceived && (mpdu < 0 || ppdu.MpduReceptions[reception.FirstMpdu + mpdu].IsReceived);

    private static bool IsFor(Ppdu ppdu, in PpduReception reception) => ppdu.Kind switch
    {
        PpduKind.Frame or PpduKind.Rts => reception.Interest != Interest.None,
        PpduKind.CtsToSelf => true,
        _ => reception.Station == ppdu.To,
    };
}
