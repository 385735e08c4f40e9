namespace ShmWifi.Hwsim.Protocol;

/// <summary>hwsim_tx_rate[4] in one little-endian word: four links of s8 idx, u8 count.</summary>
/// <remarks>Source: linux drivers/net/wireless/virtual/mac80211_hwsim.h, struct hwsim_tx_rate. An idx of -1 ends the chain.</remarks>
internal static class RetryChain
{
    /// <summary>Bytes.</summary>
    public const int Size = 8;

    private const ulong Unused = 0x00ff; // idx -1, count 0

    /// <summary>The chain of a frame that was sent once, at its first rate: whoever expects no acknowledgement does not retry.</summary>
    /// <param name="chain">As the rate control made it.</param>
    public static ulong SentOnce(ulong chain) => (chain & 0xff) | (1UL << 8) | (Unused << 16) | (Unused << 32) | (Unused << 48);
}
