using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Medium.Contention;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>Knows from the frames that pass which stations agreed on BlockAck.</summary>
/// <remarks>hwsim does not tell that mac80211 has an aggregation session (IEEE80211_TX_CTL_AMPDU): what the session is made by does.</remarks>
internal static class BlockAckNegotiation
{
    /// <summary>The agreement that a frame is sent under; null: it is sent alone.</summary>
    public static BlockAckAgreement? AgreementOf(in Frame frame, in FrameView view) =>
        view is { FrameControl: { CarriesData: true, MoreFragments: false }, QosTid: { } tid, FragmentNumber: 0 }
        && Acknowledgement.IsWanted(in frame)
            ? frame.Sender.BlockAcks.Of(frame.Transmitter, frame.Receiver, tid)
            : null;

    /// <summary>A frame is to be sent: agreements end with a DELBA, and with the association that they belong to. Who associates tells what it
    /// receives.</summary>
    public static void OnSending(in Frame frame, in FrameView view, RadioRegistry radios)
    {
        if (view.AmpduCapabilities is { } capabilities)
            frame.Sender.OnAssociating(capabilities);
        switch (view.FrameControl.Subtype)
        {
            case FrameSubtype.Action when view.BlockAckAction is { Kind: BlockAckActionKind.Delba } delba:
                if (delba.IsOfOriginator || delba.Tid is null)
                    frame.Sender.BlockAcks.End(frame.Transmitter, frame.Receiver, delba.Tid);
                if (!delba.IsOfOriginator)
                    EndOfReceiver(in frame, delba.Tid, radios);
                break;
            case FrameSubtype.Authentication or FrameSubtype.AssociationRequest or FrameSubtype.ReassociationRequest
                or FrameSubtype.Disassociation or FrameSubtype.Deauthentication:
                frame.Sender.BlockAcks.End(frame.Transmitter, frame.Receiver, tid: null);
                EndOfReceiver(in frame, tid: null, radios);
                break;
        }
    }

    /// <summary>A frame was acknowledged.</summary>
    public static void OnAcknowledged(in Frame frame, RadioRegistry radios)
    {
        if (!FrameView.TryParse(frame.Span, out var view) || view.BlockAckAction is not { } action)
            return;
        bool mayBeResponse = action.Kind is BlockAckActionKind.AddbaProtected || action.IsAccepted;
        if (mayBeResponse)
        {
            foreach (var originator in radios.OwnersOf(frame.Receiver, frame.Sender))
                originator.BlockAcks.Agree(
                    frame.Receiver, frame.Transmitter, action.Tid, action.BufferSize, frame.Sender.AmpduCapabilities);
        }
        if (action.Kind is BlockAckActionKind.AddbaRequest or BlockAckActionKind.AddbaProtected)
            frame.Sender.BlockAcks.Ask(frame.Transmitter, frame.Receiver, action.Tid);
    }

    private static void EndOfReceiver(in Frame frame, int? tid, RadioRegistry radios)
    {
        foreach (var receiver in radios.OwnersOf(frame.Receiver, frame.Sender))
            receiver.BlockAcks.End(frame.Receiver, frame.Transmitter, tid);
    }
}
