using System.Runtime.CompilerServices;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>Knows which frames are sent at the configuration's rates (<see cref="DataRate"/>) instead of their guests'.</summary>
internal static unsafe class DataRates
{
    private const byte NotAssociation = 0xcf; // Frame Control: bits that (re)association requests and responses do not have

    /// <summary>A frame is to be sent: who associates tells which PHYs it has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OnSending(in Frame frame)
    {
        if ((*frame.Bytes & NotAssociation) == 0)
            Learn(in frame);
    }

    /// <summary>What a frame is sent at; null: at what its guest tells.</summary>
    /// <remarks>As of a rate that is fixed in mac80211: unicast data that shall be acknowledged and is no EAPOL, to a station that has the PHY. There
    /// is neither HE nor EHT in channels of 10 and 5 MHz.
    /// Source: linux net/mac80211/rate.c, rc_no_data_or_no_ack_use_min(); tx.c, ieee80211_tx_h_check_control_port_protocol().</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DataRate? Of(in Frame frame, RadioRegistry radios) =>
        frame.Sender.Endpoint.DataRate is { Phy: not null } dataRate && IsFor(in frame, dataRate, radios) ? dataRate : null;

    // Not inlined, as the rest: few frames come there, and a FrameView is cleared before it is used.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Learn(in Frame frame)
    {
        if (FrameView.TryParse(frame.Span, out var view) && view.AssociatedPhy is { } phy)
            frame.Sender.OnAssociating(phy: phy);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsFor(in Frame frame, DataRate dataRate, RadioRegistry radios) =>
        frame.Spacing == ChannelSpacing.Mhz20
        && Acknowledgement.IsWanted(in frame)
        && FrameView.TryParse(frame.Span, out var view)
        && view is { FrameControl.CarriesData: true, IsEapol: false }
        && HasPhy(in frame, dataRate, radios);

    /// <summary>Whether both ends have the PHY, as far as they told.</summary>
    private static bool HasPhy(in Frame frame, DataRate dataRate, RadioRegistry radios)
    {
        bool hasPhy = !(frame.Sender.AssociatedPhy < dataRate.Phy);
        foreach (var owner in radios.OwnersOf(frame.Receiver, frame.Sender))
            hasPhy &= !(owner.AssociatedPhy < dataRate.Phy);
        return hasPhy;
    }
}
