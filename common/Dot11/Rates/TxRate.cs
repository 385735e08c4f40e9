using System.Globalization;
using System.Runtime.InteropServices;

namespace ShmWifi.Dot11.Rates;

/// <summary>One rate of a <see cref="RetryChain"/>, decoded: the rate, and how often to try it.</summary>
/// <remarks>
/// The flags tell legacy, HT and VHT rates; HE and EHT have none, and mac80211's own rate control, minstrel_ht, has no such rates.
/// Source: linux include/net/mac80211.h, enum mac80211_rate_control_flags.
/// </remarks>
/// <param name="Attempts">How often to try it: 1..255.</param>
/// <param name="Flags">As mac80211 gave them.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TxRate(PhyRate Phy, int Attempts, TxRateFlags Flags) : ISpanFormattable
{
    /// <summary>Such as <c>5.5 Mbit/s</c>, <c>4.5 Mbit/s 10 MHz</c>, <c>HT MCS 7 20 MHz SGI</c>, <c>VHT MCS 9 NSS 2 80 MHz</c>.</summary>
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
            _ when Phy.Spacing != ChannelSpacing.Mhz20 =>
                destination.TryWrite(invariant, $"{Phy.BitRate100Kbps / 10.0:0.#} Mbit/s {Phy.BandwidthMhz} MHz", out charsWritten),
            _ => destination.TryWrite(invariant, $"{Phy.BitRate100Kbps / 10.0:0.#} Mbit/s", out charsWritten),
        };
    }
}
