namespace ShmWifi.Dot11.Rates;

// A rate as mac80211 has it: an index that counts through what the flags say.
public readonly partial record struct PhyRate
{
    /// <summary>What mac80211's index and flags say; null: they name no rate.</summary>
    internal static PhyRate? FromKernel(int index, TxRateFlags flags, Band band)
    {
        bool shortGi = Has(flags, TxRateFlags.ShortGi);
        switch (flags & (TxRateFlags.Mcs | TxRateFlags.VhtMcs))
        {
            case TxRateFlags.None:
                return index >= 0 && index < LegacyRates.Of(band).Length
                    ? FromLegacyIndex(index + (band == Band.Ghz2 ? 0 : LegacyRates.DsssCount), Has(flags, TxRateFlags.UseShortPreamble))
                    : null;
            case TxRateFlags.Mcs:
                return index is >= 0 and <= MaxHtMcs
                    ? Ht(index, Has(flags, TxRateFlags.Width40Mhz) ? 40 : 20, shortGi, Has(flags, TxRateFlags.GreenField))
                    : null;
            default:
                int bandwidthMhz = Has(flags, TxRateFlags.Width160Mhz) ? 160
                    : Has(flags, TxRateFlags.Width80Mhz) ? 80
                    : Has(flags, TxRateFlags.Width40Mhz) ? 40
                    : 20;
                return index >= 0 && (index & 0xf) <= MaxVhtMcs ? Vht(index & 0xf, (index >> 4) + 1, bandwidthMhz, shortGi) : null;
        }
    }

    /// <summary>The index and flags that mac80211 has for it.</summary>
    /// <exception cref="NotSupportedException">HE and EHT rates have none.</exception>
    internal (int Index, TxRateFlags Flags) ToKernel(Band band)
    {
        (int index, var flags) = Kind switch
        {
            PhyKind.Ht => (Mcs, TxRateFlags.Mcs),
            PhyKind.Vht => (((Nss - 1) << 4) | Mcs, TxRateFlags.VhtMcs),
            PhyKind.Dsss or PhyKind.Cck or PhyKind.Ofdm => (LegacyRates.IndexOf(this, band), TxRateFlags.None),
            _ => throw new NotSupportedException($"hwsim's message has no flags for {Kind} rates"),
        };
        flags |= Preamble switch
        {
            Preamble.DsssShort => TxRateFlags.UseShortPreamble,
            Preamble.HtGreenfield => TxRateFlags.GreenField,
            _ => TxRateFlags.None,
        };
        flags |= BandwidthMhz switch
        {
            40 => TxRateFlags.Width40Mhz,
            80 => TxRateFlags.Width80Mhz,
            160 => TxRateFlags.Width160Mhz,
            _ => TxRateFlags.None,
        };
        return (index, GuardInterval == GuardInterval.Ns400 ? flags | TxRateFlags.ShortGi : flags);
    }

    private static bool Has(TxRateFlags flags, TxRateFlags flag) =>
        (flags & flag) != TxRateFlags.None; // Enum.HasFlag boxes until the JIT has optimised it
}
