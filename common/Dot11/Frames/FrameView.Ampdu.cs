using ShmWifi.Dot11.Rates;

namespace ShmWifi.Dot11.Frames;

/// <content>What a station can receive, as it tells when it associates.</content>
public readonly ref partial struct FrameView
{
    private const byte HtCapabilities = 45, VhtCapabilities = 191, ElementExtension = 255;
    private const byte HeCapabilities = 35, He6GhzCapabilities = 59, EhtCapabilities = 108; // Element ID Extension

    /// <summary>The newest PHY that the transmitter of a (re)association request or response has, OFDM at least; null: another frame.</summary>
    /// <remarks>Source: IEEE 802.11-2020 table 9-92, IEEE 802.11ax-2021 and IEEE 802.11be-2024 the same: each has its Capabilities element.</remarks>
    public PhyKind? AssociatedPhy
    {
        get
        {
            if (!IsAssociation)
                return null;
            var newest = PhyKind.Ofdm;
            foreach (var element in Elements)
            {
                var phy = element.Id switch
                {
                    HtCapabilities => PhyKind.Ht,
                    VhtCapabilities => PhyKind.Vht,
                    ElementExtension when element.Content is [HeCapabilities, ..] => PhyKind.He,
                    ElementExtension when element.Content is [EhtCapabilities, ..] => PhyKind.Eht,
                    _ => PhyKind.Ofdm,
                };
                newest = phy > newest ? phy : newest;
            }
            return newest;
        }
    }

    /// <summary>Which A-MPDUs the transmitter of a (re)association request or response receives; null: another frame, or one that tells nothing of
    /// HT or HE.</summary>
    public AmpduCapabilities? AmpduCapabilities
    {
        get
        {
            int? htExponent = null, vhtExponent = null, spacing = null;
            int heExtension = 0;
            if (!IsAssociation)
                return null;
            foreach (var element in Elements)
            {
                var content = element.Content;
                switch (element.Id)
                {
                    case HtCapabilities when content.Length > 2:
                        (htExponent, spacing) = (content[2] & 3, (content[2] >> 2) & 7);
                        break;
                    case VhtCapabilities when content.Length > 3:
                        vhtExponent = ((content[3] << 1) | (content[2] >> 7)) & 7; // bits 23 to 25
                        break;
                    case ElementExtension when content.Length > 4 && content[0] == HeCapabilities:
                        heExtension = (content[4] >> 3) & 3; // bits 27 and 28
                        break;
                    case ElementExtension when content.Length > 1 && content[0] == He6GhzCapabilities:
                        (spacing, vhtExponent) = (content[1] & 7, (content[1] >> 3) & 7);
                        break;
                }
            }
            return spacing is { } told ? Frames.AmpduCapabilities.Of(htExponent ?? 0, vhtExponent, heExtension, told) : null;
        }
    }

    private bool IsAssociation => FrameControl.Subtype is FrameSubtype.AssociationRequest or FrameSubtype.AssociationResponse
        or FrameSubtype.ReassociationRequest or FrameSubtype.ReassociationResponse;
}
