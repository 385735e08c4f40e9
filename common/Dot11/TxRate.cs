using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ShmWifi.Dot11;

/// <summary>One link of the retry chain that mac80211 asks hwsim to go down: a rate, and how often to try it.</summary>
/// <remarks>
/// Shape: in TX_INFO s8 idx, u8 count; at the same place of TX_INFO_FLAGS s8 idx, le16 flags; packed, up to four.
/// Source: linux drivers/net/wireless/virtual/mac80211_hwsim.h, struct hwsim_tx_rate and struct hwsim_tx_rate_flag.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TxRate : ISpanFormattable
{
    /// <summary>Links of a chain: IEEE80211_TX_MAX_RATES.</summary>
    public const int ChainLength = 4;

    private const int RateSize = 2;
    private const int RateFlagSize = 3;
    private const int MaxHtMcs = 31; // hwsim's; 32 and up are duplicate and unequal modulation
    private const int MaxVhtMcs = 9;

    private readonly Band _band;
    private readonly byte _index;
    private readonly byte _attempts;

    private TxRate(Band band, byte index, byte attempts, TxRateFlags flags)
    {
        _band = band;
        _index = index;
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
        byte attempts = rates[(link * RateSize) + 1];
        TxRateFlags flags = rateFlags.Length < (link + 1) * RateFlagSize
            ? TxRateFlags.None
            : (TxRateFlags)BinaryPrimitives.ReadUInt16LittleEndian(rateFlags[((link * RateFlagSize) + 1)..]);

        bool exists = KindOf(flags) switch
        {
            TxRateKind.Vht => index >= 0 && (index & 0xf) <= MaxVhtMcs,
            TxRateKind.Ht => index is >= 0 and <= MaxHtMcs,
            _ => index >= 0 && index < LegacyRates.Of(band).Length,
        };
        if (exists) rate = new TxRate(band, (byte)index, attempts, flags);
        return exists;
    }

    /// <summary>The flags as mac80211 gave them.</summary>
    public TxRateFlags Flags { get; }

    /// <summary>How often to try: 1 or more, as mac80211's 0 is taken for one attempt.</summary>
    public int Attempts => Math.Max(_attempts, (byte)1);

    /// <summary>PHY.</summary>
    public TxRateKind Kind => KindOf(Flags);

    /// <summary>Legacy: index into <see cref="LegacyRates"/> of the band. HT: 0..31, NSS included. VHT: 0..9.</summary>
    public int Mcs => Kind == TxRateKind.Vht ? _index & 0xf : _index;

    /// <summary>Spatial streams: 1 for legacy, 1..4 for HT, 1..8 for VHT.</summary>
    public int Nss => Kind switch
    {
        TxRateKind.Ht => (_index >> 3) + 1,
        TxRateKind.Vht => (_index >> 4) + 1,
        _ => 1,
    };

    /// <summary>Width of the channel in MHz: 20; HT also 40, VHT also 40, 80, 160.</summary>
    public int BandwidthMhz => Kind switch
    {
        TxRateKind.Vht when Has(TxRateFlags.Width160Mhz) => 160,
        TxRateKind.Vht when Has(TxRateFlags.Width80Mhz) => 80,
        TxRateKind.Vht or TxRateKind.Ht when Has(TxRateFlags.Width40Mhz) => 40,
        _ => 20,
    };

    /// <summary>Guard interval of 0.4 µs: HT and VHT.</summary>
    public bool ShortGi => Kind != TxRateKind.Legacy && Has(TxRateFlags.ShortGi);

    /// <summary>Preamble.</summary>
    public Preamble Preamble => Kind switch
    {
        TxRateKind.Vht => Preamble.Vht,
        TxRateKind.Ht => Has(TxRateFlags.GreenField) ? Preamble.HtGreenfield : Preamble.HtMixed,
        _ when !IsDsss => Preamble.Ofdm,
        _ => _index > 0 && Has(TxRateFlags.UseShortPreamble) ? Preamble.DsssShort : Preamble.DsssLong,
    };

    /// <summary>Bit rate in 100 kbit/s, rounded to the nearest.</summary>
    /// <remarks>HT and VHT: N_SD N_BPSCS R N_SS bits a symbol of 4 µs or 3.6 µs.
    /// Source: IEEE 802.11-2020 clauses 19.3.5, 19.5, 21.5.</remarks>
    public int BitRate100Kbps
    {
        get
        {
            if (Kind == TxRateKind.Legacy) return LegacyRates.Of(_band)[_index];

            int mcs = Kind == TxRateKind.Ht ? _index & 7 : _index & 0xf;
            int twelfthsOfBits = DataSubcarriers * CodedBitsTwelfths[mcs] * Nss;
            int divisor = 12 * (ShortGi ? 36 : 40); // of a symbol, in 0.1 µs
            return ((twelfthsOfBits * 100) + (divisor / 2)) / divisor;
        }
    }

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
        string guard = ShortGi ? " SGI" : "";
        return Kind switch
        {
            TxRateKind.Ht => destination.TryWrite(invariant, $"HT MCS {Mcs} {BandwidthMhz} MHz{guard}", out charsWritten),
            TxRateKind.Vht => destination.TryWrite(invariant, $"VHT MCS {Mcs} NSS {Nss} {BandwidthMhz} MHz{guard}", out charsWritten),
            _ => destination.TryWrite(invariant, $"{BitRate100Kbps / 10.0:0.#} Mbit/s", out charsWritten),
        };
    }

    /// <summary>N_BPSCS R by MCS in twelfths of a bit: BPSK 1/2, QPSK 1/2 and 3/4, 16-QAM, 64-QAM 2/3, 3/4 and 5/6, 256-QAM 3/4 and 5/6.</summary>
    private static ReadOnlySpan<byte> CodedBitsTwelfths => [6, 12, 18, 24, 36, 48, 54, 60, 72, 80];

    private bool IsDsss => _band == Band.Ghz2 && Kind == TxRateKind.Legacy && _index < LegacyRates.DsssCount;

    /// <summary>N_SD.</summary>
    private int DataSubcarriers => BandwidthMhz switch
    {
        160 => 468,
        80 => 234,
        40 => 108,
        _ => 52,
    };

    private bool Has(TxRateFlags flag) => (Flags & flag) != TxRateFlags.None; // Enum.HasFlag boxes until the JIT has optimised it

    private static TxRateKind KindOf(TxRateFlags flags) => (flags & (TxRateFlags.Mcs | TxRateFlags.VhtMcs)) switch
    {
        TxRateFlags.None => TxRateKind.Legacy,
        TxRateFlags.Mcs => TxRateKind.Ht,
        _ => TxRateKind.Vht,
    };
}
