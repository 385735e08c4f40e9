using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>A retry chain as the bytes of hwsim's message.</summary>
internal static class TxChain
{
    /// <summary>Bytes of TX_INFO.</summary>
    public const int RatesLength = TxRates.Size;

    /// <summary>Bytes of TX_INFO_FLAGS.</summary>
    public const int FlagsLength = RetryChain.FlagsSize;

    /// <summary>Writes a chain of one link.</summary>
    /// <param name="rate">The rate; hwsim has no flags for HE and EHT.</param>
    /// <param name="attempts">How often it is tried.</param>
    /// <param name="protection">RTS and CTS, CTS to self, or nothing.</param>
    /// <param name="band">Legacy indices differ between bands.</param>
    /// <returns>TX_INFO and TX_INFO_FLAGS.</returns>
    public static (byte[] Rates, byte[] Flags) Of(in PhyRate rate, int attempts, TxRateFlags protection, Band band)
    {
        byte[] rates = new byte[RatesLength], flags = new byte[FlagsLength];
        RetryChain.Of(rate, attempts, protection, band).Write(rates, flags);
        return (rates, flags);
    }
}
