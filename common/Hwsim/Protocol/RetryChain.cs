namespace ShmWifi.Hwsim.Protocol;

/// <summary>hwsim_tx_rate[4] in one little-endian word: four links of s8 idx, u8 count.</summary>
/// <remarks>Source: linux drivers/net/wireless/virtual/mac80211_hwsim.h, struct hwsim_tx_rate. An idx of -1 ends the chain.</remarks>
internal static class RetryChain
{
    /// <summary>Bytes.</summary>
    public const int Size = 8;

    /// <summary>Rates that a chain has at most: IEEE80211_TX_MAX_RATES.</summary>
    public const int MaxAttempts = 4;

    private const ulong Unused = 0x00ff; // idx -1, count 0
    private const int LinkBits = 16;

    /// <summary>The chain of a frame that was sent once, at its first rate: whoever expects no acknowledgement does not retry.</summary>
    /// <param name="chain">As the rate control made it.</param>
    public static ulong SentOnce(ulong chain) => (chain & 0xff) | (1UL << 8) | (Unused << 16) | (Unused << 32) | (Unused << 48);

    /// <summary>The rate of a link.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="link">Below <see cref="MaxAttempts"/>.</param>
    public static sbyte IndexAt(ulong chain, int link) => (sbyte)(chain >> (link * LinkBits));

    /// <summary>Whether a link is one, and not the end.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="link">Below <see cref="MaxAttempts"/>.</param>
    public static bool IsUsed(ulong chain, int link) => IndexAt(chain, link) != -1;

    /// <summary>Whether a link has this rate.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="index">The rate.</param>
    public static bool Has(ulong chain, sbyte index)
    {
        for (int link = 0; link < MaxAttempts; link++)
        {
            if (IndexAt(chain, link) == index)
                return true;
        }
        return false;
    }

    /// <summary>The first links of a chain.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="links">How many.</param>
    public static ulong Cut(ulong chain, int links)
    {
        for (int link = links; link < MaxAttempts; link++)
            chain = (chain & ~(0xffffUL << (link * LinkBits))) | (Unused << (link * LinkBits));
        return chain;
    }
}
