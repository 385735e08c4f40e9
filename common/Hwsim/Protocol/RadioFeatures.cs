namespace ShmWifi.Hwsim.Protocol;

/// <summary>What a new radio can do that others cannot.</summary>
internal sealed record RadioFeatures
{
    /// <summary>Source: linux include/net/cfg80211.h, CFG80211_MAX_NUM_DIFFERENT_CHANNELS.</summary>
    public const int MaxChannels = 10;

    /// <summary>Nothing.</summary>
    public static RadioFeatures None { get; } = new();

    /// <summary>hwsim's custom regulatory domain of that number, from 1; null: the rules of the country.</summary>
    public int? Regulatory { get; init; }

    /// <summary>It can have a P2P Device: an interface without a network device.</summary>
    public bool SupportsP2pDevice { get; init; }

    /// <summary>Channels at a time, 1..<see cref="MaxChannels"/>; of each band's radio where it <see cref="IsMultiRadio"/>.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>The wiphy has a radio of its own for each band.</summary>
    public bool IsMultiRadio { get; init; }

    /// <summary>It can be a multi-link device (MLD), of an access point or a station: IEEE 802.11be, clause 35.3.</summary>
    public bool SupportsMlo { get; init; }
}
