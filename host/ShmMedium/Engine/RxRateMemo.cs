using System.Buffers.Binary;

namespace ShmWifi.Medium.Engine;

/// <summary>Remembers how a radio's latest frame was decoded: rate control changes the rate far less often than frames come.</summary>
internal sealed class RxRateMemo
{
    private ulong _rates;
    private ulong _rateFlagsLow;
    private uint _rateFlagsHigh;
    private uint _freqMhz;
    private byte _index = PerfectMedium.RxRateIndex(new byte[8], new byte[12], 0);

    /// <summary>As <see cref="PerfectMedium.RxRateIndex"/>.</summary>
    /// <param name="rates">hwsim_tx_rate[4].</param>
    /// <param name="rateFlags">hwsim_tx_rate_flag[4].</param>
    /// <param name="freqMhz">The frame's frequency.</param>
    public byte IndexOf(ReadOnlySpan<byte> rates, ReadOnlySpan<byte> rateFlags, uint freqMhz)
    {
        ulong ratesWord = BinaryPrimitives.ReadUInt64LittleEndian(rates);
        ulong flagsLow = BinaryPrimitives.ReadUInt64LittleEndian(rateFlags);
        uint flagsHigh = BinaryPrimitives.ReadUInt32LittleEndian(rateFlags[8..]);
        if (ratesWord == _rates && flagsLow == _rateFlagsLow && flagsHigh == _rateFlagsHigh && freqMhz == _freqMhz)
            return _index;
        (_rates, _rateFlagsLow, _rateFlagsHigh, _freqMhz) = (ratesWord, flagsLow, flagsHigh, freqMhz);
        _index = PerfectMedium.RxRateIndex(rates, rateFlags, freqMhz);
        return _index;
    }
}
