using System.Buffers.Binary;
using ShmWifi.Dot11;

namespace ShmWifi.Tests.Scenarios.Air;

/// <summary>A retry chain as hwsim's message has it.</summary>
/// <remarks>Source: linux drivers/net/wireless/virtual/mac80211_hwsim.h, struct hwsim_tx_rate, struct hwsim_tx_rate_flag, enum hwsim_tx_rate_flags.</remarks>
internal static class TxChain
{
    /// <summary>Bytes of TX_INFO.</summary>
    public const int RatesLength = 8;

    /// <summary>Bytes of TX_INFO_FLAGS.</summary>
    public const int FlagsLength = 12;

    /// <summary>Writes a chain of one link.</summary>
    /// <param name="rate">The rate; hwsim has no flags for HE and EHT.</param>
    /// <param name="attempts">How often it is tried.</param>
    /// <param name="protection">RTS and CTS, CTS to self, or nothing.</param>
    /// <param name="band">Legacy indices differ between bands.</param>
    /// <returns>TX_INFO and TX_INFO_FLAGS.</returns>
    public static (byte[] Rates, byte[] Flags) Of(in PhyRate rate, int attempts, TxRateFlags protection, Band band)
    {
        int index = rate.Kind switch
        {
            PhyKind.Ht => rate.Mcs,
            PhyKind.Vht => ((rate.Nss - 1) << 4) | rate.Mcs,
            PhyKind.Dsss or PhyKind.Cck or PhyKind.Ofdm => LegacyRates.IndexOf(rate, band),
            _ => throw new ArgumentOutOfRangeException(nameof(rate), rate.Kind, "hwsim's message has no flags for it"),
        };
        byte[] rates = [(byte)index, (byte)attempts, 0xff, 0, 0xff, 0, 0xff, 0];
        byte[] flags = new byte[FlagsLength];
        flags[0] = (byte)index;
        BinaryPrimitives.WriteUInt16LittleEndian(flags.AsSpan(1), (ushort)(FlagsOf(rate) | protection));
        return (rates, flags);
    }

    private static TxRateFlags FlagsOf(in PhyRate rate)
    {
        TxRateFlags flags = rate.Kind switch
        {
            PhyKind.Ht => TxRateFlags.Mcs,
            PhyKind.Vht => TxRateFlags.VhtMcs,
            _ => TxRateFlags.None,
        };
        flags |= rate.Preamble switch
        {
            Preamble.DsssShort => TxRateFlags.UseShortPreamble,
            Preamble.HtGreenfield => TxRateFlags.GreenField,
            _ => TxRateFlags.None,
        };
        flags |= rate.BandwidthMhz switch
        {
            40 => TxRateFlags.Width40Mhz,
            80 => TxRateFlags.Width80Mhz,
            160 => TxRateFlags.Width160Mhz,
            _ => TxRateFlags.None,
        };
        return rate.GuardInterval == GuardInterval.Ns400 ? flags | TxRateFlags.ShortGi : flags;
    }
}
