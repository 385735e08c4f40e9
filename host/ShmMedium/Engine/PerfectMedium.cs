using ShmWifi.Dot11;

namespace ShmWifi.Medium.Engine;

/// <summary>The medium without loss: every radio hears every other, at the first attempt.</summary>
public static class PerfectMedium
{
    /// <summary>Signal at each receiver, dBm: a strong one, as of a neighbour on the same desk.</summary>
    public const sbyte SignalDbm = -30;

    /// <summary>hwsim's RX_RATE for a frame: its legacy rate, or the band's fastest for HT and VHT, which the message cannot express.</summary>
    /// <param name="rates">hwsim_tx_rate[4].</param>
    /// <param name="rateFlags">hwsim_tx_rate_flag[4].</param>
    /// <param name="freqMhz">The frame's frequency.</param>
    /// <remarks>Source: linux mac80211_hwsim.c, hwsim_cloned_frame_received_nl: an index beyond the band's legacy rates is refused.</remarks>
    public static byte RxRateIndex(ReadOnlySpan<byte> rates, ReadOnlySpan<byte> rateFlags, uint freqMhz)
    {
        if (!Channel.TryFromFrequency((int)freqMhz, out Channel channel))
            return 0;
        if (!TxRate.TryDecode(rates, rateFlags, 0, channel.Band, out TxRate rate))
            return 0;
        return (byte)(rate.Phy.IsLegacy ? LegacyRates.IndexOf(rate.Phy, channel.Band) : LegacyRates.Of(channel.Band).Length - 1);
    }

    /// <summary>The attempts of a frame as hwsim wants them told: all of the chain when nobody acknowledged, else the first alone.</summary>
    /// <param name="rates">hwsim_tx_rate[4] as little-endian word: s8 idx, u8 count.</param>
    /// <param name="acked">Whether the first attempt was acknowledged.</param>
    public static ulong Attempts(ulong rates, bool acked)
    {
        if (acked)
            return (rates & 0xff) | 0x0100 | 0x00ff_00ff_00ff_0000;
        for (int link = 0; link < TxRate.ChainLength; link++)
        {
            int shift = link * 16;
            if ((sbyte)(rates >> shift) >= 0 && (byte)(rates >> (shift + 8)) == 0)
                rates |= 1UL << (shift + 8);
        }
        return rates;
    }
}
