using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ShmWifi.Dot11;

/// <summary>One link of the retry chain that mac80211 asks hwsim to go down: a rate, and how often to try it.</summary>
/// <remarks>
/// Shape: in TX_INFO s8 idx, u8 count; at the same place of TX_INFO_FLAGS s8 idx, le16 flags; packed, up to four.
/// The flags tell legacy, HT and VHT rates; HE and EHT have none, and mac80211's own rate control, minstrel_ht, has no such rates.
/// Source: linux drivers/net/wireless/virtual/mac80211_hwsim.h, struct hwsim_tx_rate and struct hwsim_tx_rate_flag;
/// include/net/mac80211.h, enum mac80211_rate_control_flags.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TxRate : ISpanFormattable
{
    /// <summary>Links of a chain: IEEE80211_TX_MAX_RATES.</summary>
    public const int ChainLength = 4;

    private const int RateSize = 2;
    private const int RateFlagSize = 3;

    private readonly byte _attempts;

    private TxRate(PhyRate phy, byte attempts, TxRateFlags flags)
    {
        Phy = phy;
        _attempts = attempts;
        Flags = flags;
    }

    /// <summary>Decodes one link of a chain.</summary>
    /// <param name="rates">TX_INFO.</param>
    /// <param name="rateFlags">TX_INFO_FLAGS; a link that it is too short for has no flags.</param>
    /// <param name="link">Which link: 0..3.</param>
    /// <param name="band">Where the frame is sent: legacy indices differ between bands.</param>
    /// <param name="rate">The rate.</param>
    /// <returns>False where the chain ends: idx -1, no such link, or an index that names no rate.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> rates, ReadOnlySpan<byte> rateFlags, int link, Band band, out TxRate rate)
    {
        rate = default;
        if ((uint)link >= ChainLength || rates.Length < (link + 1) * RateSize) return false;

        int index = (sbyte)rates[link * RateSize];
        TxRateFlags flags = rateFlags.Length < (link + 1) * RateFlagSize
            ? TxRateFlags.None
            : (TxRateFlags)BinaryPrimitives.ReadUInt16LittleEndian(rateFlags[((link * RateFlagSize) + 1)..]);
        if (PhyRate.FromKernel(index, flags, band) is not { } phy) return false;

        rate = new TxRate(phy, rates[(link * RateSize) + 1], flags);
        return true;
    }

    /// <summary>The rate.</summary>
    public PhyRate Phy { get; }

    /// <summary>The flags as mac80211 gave them.</summary>
    public TxRateFlags Flags { get; }

    /// <summary>How often to try: 1 or more, as mac80211's 0 is taken for one attempt.</summary>
    public int Attempts => Math.Max(_attempts, (byte)1);

    /// <summary>Such as <c>5.5 Mbit/s</c>, <c>HT MCS 7 20 MHz SGI</c>, <c>VHT MCS 9 NSS 2 80 MHz</c>.</summary>
    public override string ToString() => ToString(format: null, CultureInfo.InvariantCulture);

    /// <inheritdoc cref="ToString()"/>
    public string ToString(string? format, IFormatProvider? formatProvider)
    {
        Span<char> text = stackalloc char[32];
        TryFormat(text, out int length, format, formatProvider);
        return new string(text[..length]);
    }

    /// <summary>Writes what <see cref="ToString()"/> returns; false where it does not fit.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        IFormatProvider invariant = CultureInfo.InvariantCulture;
        string guard = Phy.GuardInterval == GuardInterval.Ns400 ? " SGI" : "";
        return Phy.Kind switch
        {
            PhyKind.Ht => destination.TryWrite(invariant, $"HT MCS {Phy.Mcs} {Phy.BandwidthMhz} MHz{guard}", out charsWritten),
            PhyKind.Vht => destination.TryWrite(invariant, $"VHT MCS {Phy.Mcs} NSS {Phy.Nss} {Phy.BandwidthMhz} MHz{guard}", out charsWritten),
            _ => destination.TryWrite(invariant, $"{Phy.BitRate100Kbps / 10.0:0.#} Mbit/s", out charsWritten),
        };
    }
}
