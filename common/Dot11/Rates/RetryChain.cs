using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ShmWifi.Dot11.Rates;

/// <summary>What mac80211 asks hwsim to do with a frame: up to four rates, tried one after the
/// other until the frame is acknowledged, and how each is sent.</summary>
/// <remarks>
/// Shape: <see cref="TxRates"/>, and at the same places of hwsim_tx_rate_flag[4] s8 idx,
/// le16 flags, packed: 12 bytes, held as little-endian words of 8 and 4.
/// Source: linux drivers/net/wireless/virtual/mac80211_hwsim.h, struct hwsim_tx_rate_flag.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RetryChain(TxRates Rates, ulong FlagsLow, uint FlagsHigh)
{
    /// <summary>Bytes of hwsim_tx_rate_flag[4].</summary>
    public const int FlagsSize = 12;

    private const int FlagBits = 24;
    private const int IndexBits = 8;

    /// <summary>A chain of one rate.</summary>
    /// <param name="phy">Hwsim's flags tell legacy, HT and VHT rates.</param>
    /// <param name="attempts">1..255.</param>
    /// <param name="protection">RTS and CTS, CTS to self, or nothing.</param>
    /// <param name="band">Legacy indices differ between bands.</param>
    public static RetryChain Of(in PhyRate phy, int attempts, TxRateFlags protection, Band band)
    {
        (int index, var flags) = phy.ToKernel(band);
        ulong rate = (byte)index | ((ulong)(byte)attempts << 8);
        return new RetryChain(new TxRates(rate | (TxRates.None.Word & ~0xffffUL)), (byte)index | ((ulong)(flags | protection) << IndexBits), 0);
    }

    /// <summary>Reads the wire's bytes.</summary>
    public static RetryChain Read(ReadOnlySpan<byte> rates, ReadOnlySpan<byte> flags) =>
        new(TxRates.Read(rates), BinaryPrimitives.ReadUInt64LittleEndian(flags), BinaryPrimitives.ReadUInt32LittleEndian(flags[sizeof(ulong)..]));

    /// <summary>The same rates, sent as the wire's bytes say.</summary>
    public RetryChain WithFlags(ReadOnlySpan<byte> flags) =>
        new(Rates, BinaryPrimitives.ReadUInt64LittleEndian(flags), BinaryPrimitives.ReadUInt32LittleEndian(flags[sizeof(ulong)..]));

    /// <summary>Writes the wire's bytes.</summary>
    public void Write(Span<byte> rates, Span<byte> flags)
    {
        Rates.Write(rates);
        BinaryPrimitives.WriteUInt64LittleEndian(flags, FlagsLow);
        BinaryPrimitives.WriteUInt32LittleEndian(flags[sizeof(ulong)..], FlagsHigh);
    }

    /// <summary>How a rate, 0..3, is sent.</summary>
    public TxRateFlags FlagsAt(int rate) => (TxRateFlags)(ushort)(new UInt128(FlagsHigh, FlagsLow) >> ((rate * FlagBits) + IndexBits));

    /// <summary>The rate at a place of the chain.</summary>
    /// <param name="place">0..3.</param>
    /// <param name="band">Where the frame is sent: legacy indices differ between bands.</param>
    /// <returns>False where the chain ends: idx -1, or one that names no rate.</returns>
    public bool TryDecode(int place, Band band, out TxRate rate)
    {
        rate = default;
        var flags = FlagsAt(place);
        if (PhyRate.FromKernel(Rates.IndexAt(place), flags, band) is not { } phy)
            return false;
        rate = new TxRate(phy, Rates.AttemptsAt(place), flags);
        return true;
    }
}
