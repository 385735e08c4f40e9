namespace ShmWifi.Dot11.Frames;

/// <content>What a station can receive, as it tells when it associates.</content>
public readonly ref partial struct FrameView
{
    private const byte HtCapabilities = 45, VhtCapabilities = 191, ElementExtension = 255;
    private const byte HeCapabilities = 35, He6GhzCapabilities = 59; // Element ID Extension

    /// <summary>Which A-MPDUs the transmitter of a (re)association request or response receives; null: another frame, or one that tells nothing of
    /// HT or HE.</summary>
    public AmpduCapabilities? AmpduCapabilities
    {
        get
        {
            int? htExponent = null, vhtExponent = null, spacing = null;
            int heExtension = 0;
            if (FrameControl.Subtype is not (FrameSubtype.AssociationRequest or FrameSubtype.AssociationResponse
                or FrameSubtype.ReassociationRequest or FrameSubtype.ReassociationResponse))
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
}
