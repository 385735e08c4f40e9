using System.Numerics;
using System.Runtime.InteropServices;

namespace ShmWifi.Dot11.Rates;

/// <summary>How one PPDU is modulated: what decides how long it takes, and at which SNR it is understood.</summary>
/// <remarks>
/// Made by the factories only, so that every value is a rate that exists; <c>default</c> is DSSS 1 Mbit/s, long preamble.
/// All data subcarriers of all streams have the same modulation. BCC or LDPC makes no difference here.
/// Source: IEEE 802.11-2020 clauses 15 to 21, IEEE 802.11ax-2021 clause 27, IEEE 802.11be-2024 clause 36.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly partial record struct PhyRate : ISpanFormattable
{
    private const int MaxHtMcs = 31; // 32 is a duplicate mode, above it the streams differ in modulation; hwsim's radios have neither
    private const int MaxVhtMcs = 9;
    private const int MaxHeMcs = 11;
    private const int MaxEhtMcs = 13; // 14 and 15 are duplicate and DCM
    private const int MaxNss = 8;
    private const int DsssCount = 2;

    private readonly byte _index; // legacy: of LegacyRates on 2.4 GHz; else MCS
    private readonly byte _moreStreams; // NSS - 1
    private readonly sbyte _doublings; // of 20 MHz, halvings if negative

    private PhyRate(PhyKind kind, int index, int nss, int bandwidthMhz, GuardInterval guardInterval, Preamble preamble)
    {
        Kind = kind;
        _index = (byte)index;
        _moreStreams = (byte)(nss - 1);
        _doublings = (sbyte)(BitOperations.Log2((uint)bandwidthMhz) - BitOperations.Log2(20));
        GuardInterval = guardInterval;
        Preamble = preamble;
    }

    /// <summary>The rate that frames without rate information are sent at: 1 Mbit/s DSSS on 2.4 GHz, 6 Mbit/s OFDM above, and where channels are
    /// narrower than 20 MHz the slowest of theirs.</summary>
    public static PhyRate BasicOf(Band band, ChannelSpacing spacing = ChannelSpacing.Mhz20) => band == Band.Ghz2 && spacing == ChannelSpacing.Mhz20
        ? default
        : FromLegacyIndex(LegacyRates.DsssCount, shortPreamble: false).In(spacing);

    /// <summary>A DSSS, CCK or OFDM rate.</summary>
    /// <param name="bitRate100Kbps">10, 20 (DSSS), 55, 110 (CCK), 60, 90, 120, 180, 240, 360, 480, 540 (OFDM).</param>
    /// <param name="shortPreamble">DSSS 2 Mbit/s and CCK; the other rates have but one preamble.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rate.</exception>
    public static PhyRate Legacy(int bitRate100Kbps, bool shortPreamble = false)
    {
        int index = LegacyRates.Of(Band.Ghz2).IndexOf((ushort)bitRate100Kbps);
        ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(bitRate100Kbps));
        return FromLegacyIndex(index, shortPreamble);
    }

    /// <summary>An HT rate.</summary>
    /// <param name="mcs">0..31; the streams are in it.</param>
    /// <param name="bandwidthMhz">20 or 40.</param>
    /// <param name="shortGi">Guard interval of 0.4 µs.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rate.</exception>
    public static PhyRate Ht(int mcs, int bandwidthMhz = 20, bool shortGi = false, bool greenfield = false)
    {
        ThrowUnlessIn(mcs, MaxHtMcs, nameof(mcs));
        ThrowUnlessWidth(bandwidthMhz, 40);
        return new(
            PhyKind.Ht, mcs, (mcs >> 3) + 1, bandwidthMhz, ShortOrNot(shortGi), greenfield ? Preamble.HtGreenfield : Preamble.HtMixed);
    }

    /// <summary>A VHT rate.</summary>
    /// <param name="mcs">0..9.</param>
    /// <param name="nss">Spatial streams, 1..8.</param>
    /// <param name="bandwidthMhz">20, 40, 80 or 160.</param>
    /// <param name="shortGi">Guard interval of 0.4 µs.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rate.</exception>
    public static PhyRate Vht(int mcs, int nss = 1, int bandwidthMhz = 20, bool shortGi = false)
    {
        ThrowUnlessIn(mcs, MaxVhtMcs, nameof(mcs));
        ThrowUnlessIn(nss - 1, MaxNss - 1, nameof(nss));
        ThrowUnlessWidth(bandwidthMhz, 160);
        return new(PhyKind.Vht, mcs, nss, bandwidthMhz, ShortOrNot(shortGi), Preamble.Vht);
    }

    /// <summary>An HE rate. hwsim's message has no flag for it: see <see cref="TxRate"/>.</summary>
    /// <param name="mcs">0..11.</param>
    /// <param name="nss">Spatial streams, 1..8.</param>
    /// <param name="bandwidthMhz">20, 40, 80 or 160.</param>
    /// <param name="guardInterval">0.8, 1.6 or 3.2 µs.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rate.</exception>
    public static PhyRate He(int mcs, int nss = 1, int bandwidthMhz = 20, GuardInterval guardInterval = GuardInterval.Ns800) =>
        HeOrEht(PhyKind.He, mcs, MaxHeMcs, nss, bandwidthMhz, 160, guardInterval);

    /// <summary>An EHT rate. hwsim's message has no flag for it: see <see cref="TxRate"/>.</summary>
    /// <param name="mcs">0..13.</param>
    /// <param name="nss">Spatial streams, 1..8.</param>
    /// <param name="bandwidthMhz">20, 40, 80, 160 or 320.</param>
    /// <param name="guardInterval">0.8, 1.6 or 3.2 µs.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rate.</exception>
    public static PhyRate Eht(int mcs, int nss = 1, int bandwidthMhz = 20, GuardInterval guardInterval = GuardInterval.Ns800) =>
        HeOrEht(PhyKind.Eht, mcs, MaxEhtMcs, nss, bandwidthMhz, 320, guardInterval);

    /// <summary>PHY.</summary>
    public PhyKind Kind { get; }

    /// <summary>DSSS, CCK, OFDM: place in <see cref="LegacyRates"/> of 2.4 GHz, 0..11. HT:
    /// 0..31, NSS included. VHT: 0..9. HE: 0..11. EHT: 0..13.</summary>
    public int Mcs => _index;

    /// <summary>Spatial streams, 1..8.</summary>
    public int Nss => _moreStreams + 1;

    /// <summary>Width of the PPDU in MHz: 20, 40, 80, 160 or 320, OFDM 5, 10 or 20; a DSSS channel, 22 MHz wide, counts as 20.</summary>
    public int BandwidthMhz => _doublings >= 0 ? 20 << _doublings : 20 >> -_doublings;

    /// <summary>The spacing of the channels that its PHY is clocked for.</summary>
    public ChannelSpacing Spacing => (ChannelSpacing)Math.Max(-_doublings, 0);

    /// <summary>The same rate where channels have another spacing: OFDM's bits, at another clock. Other PHYs have one clock.</summary>
    public PhyRate In(ChannelSpacing spacing) =>
        Kind == PhyKind.Ofdm ? new(PhyKind.Ofdm, _index, 1, spacing.Mhz(), GuardInterval.Ns800, Preamble.Ofdm) : this;

    /// <summary>Guard interval.</summary>
    public GuardInterval GuardInterval { get; }

    /// <summary>Preamble.</summary>
    public Preamble Preamble { get; }

    /// <summary>DSSS, CCK or OFDM: no MCS.</summary>
    public bool IsLegacy => Kind <= PhyKind.Ofdm;

    /// <summary>DSSS or CCK: the one modulation class that 802.11b stations understand.</summary>
    public bool IsDsss => Kind <= PhyKind.Cck;

    /// <summary>Modulation.</summary>
    public Modulation Modulation => Kind switch
    {
        PhyKind.Dsss => _index == 0 ? Modulation.Dbpsk : Modulation.Dqpsk,
        PhyKind.Cck => Modulation.Cck,
        _ => ModulationAndCode.Modulation,
    };

    /// <summary>Code rate.</summary>
    public CodeRate CodeRate => IsDsss ? CodeRate.Uncoded : ModulationAndCode.CodeRate;

    /// <summary>The MCS of VHT, HE and EHT with the same modulation and code rate; null: DSSS, CCK and 9 Mbit/s have none.</summary>
    public int? McsOfSameModulation => Kind switch
    {
        PhyKind.Dsss or PhyKind.Cck => null,
        PhyKind.Ofdm => _index switch { 4 => 0, 5 => null, _ => _index - 5 },
        PhyKind.Ht => _index & 7,
        _ => _index,
    };

    /// <summary>N_DBPS: data bits in one symbol of all streams. DSSS and CCK: in 1 µs or 8 chips.</summary>
    /// <remarks>VHT, where the standard leaves a rate out because this is no integer: rounded down.</remarks>
    public int DataBitsPerSymbol => Kind switch
    {
        PhyKind.Dsss => _index + 1,
        PhyKind.Cck => _index == 2 ? 4 : 8,
        _ => DataBitsPerSymbolTwelfths / 12,
    };

    /// <summary>Length of a symbol in ns, guard interval included: 1000 (DSSS), 727 (CCK: 8 chips of 11 Mchip/s, rounded), 3600 or 4000, OFDM in
    /// 10 MHz 8000 and in 5 MHz 16000, with HE and EHT 12800 and the guard interval.</summary>
    public int SymbolNs => Kind switch
    {
        PhyKind.Dsss => 1000,
        PhyKind.Cck => 727,
        PhyKind.Ofdm => 4000 * Spacing.ClockDivisor(),
        PhyKind.He or PhyKind.Eht => 12_800 + (int)GuardInterval,
        _ => 3200 + (int)GuardInterval,
    };

    /// <summary>Bit rate in 100 kbit/s, rounded to the nearest.</summary>
    public int BitRate100Kbps
    {
        get
        {
            if (IsLegacy) return ((2 * LegacyRates.Of(Band.Ghz2)[_index] / Spacing.ClockDivisor()) + 1) / 2;

            int twelfthsOfNs = 12 * SymbolNs;
            return (int)(((DataBitsPerSymbolTwelfths * 10_000L) + (twelfthsOfNs / 2)) / twelfthsOfNs);
        }
    }

    /// <summary>N_CBPS R, in twelfths of a bit, so that all are integers.</summary>
    private int DataBitsPerSymbolTwelfths => DataSubcarriers * CodedBitsTwelfths(ModulationAndCode) * Nss;

    /// <summary>N_SD: IEEE 802.11-2020 tables 17-5, 19-6, 21-5; HE and EHT as in the tables of IEEE 802.11ax-2021 clause 27.5 and 802.11be-2024
    /// clause 36.5.</summary>
    private int DataSubcarriers => Kind switch
    {
        PhyKind.Ofdm => 48,
        PhyKind.Ht or PhyKind.Vht => BandwidthMhz switch { 20 => 52, 40 => 108, 80 => 234, _ => 468 },
        _ => BandwidthMhz switch { 20 => 234, 40 => 468, 80 => 980, 160 => 1960, _ => 3920 },
    };

    private (Modulation Modulation, CodeRate CodeRate) ModulationAndCode => Kind switch
    {
        PhyKind.Ofdm => _index switch
        {
            4 => (Modulation.Bpsk, CodeRate.Half),
            5 => (Modulation.Bpsk, CodeRate.ThreeQuarters),
            6 => (Modulation.Qpsk, CodeRate.Half),
            7 => (Modulation.Qpsk, CodeRate.ThreeQuarters),
            8 => (Modulation.Qam16, CodeRate.Half),
            9 => (Modulation.Qam16, CodeRate.ThreeQuarters),
            10 => (Modulation.Qam64, CodeRate.TwoThirds),
            _ => (Modulation.Qam64, CodeRate.ThreeQuarters),
        },
        _ => (Kind == PhyKind.Ht ? _index & 7 : _index) switch
        {
            0 => (Modulation.Bpsk, CodeRate.Half),
            1 => (Modulation.Qpsk, CodeRate.Half),
            2 => (Modulation.Qpsk, CodeRate.ThreeQuarters),
            3 => (Modulation.Qam16, CodeRate.Half),
            4 => (Modulation.Qam16, CodeRate.ThreeQuarters),
            5 => (Modulation.Qam64, CodeRate.TwoThirds),
            6 => (Modulation.Qam64, CodeRate.ThreeQuarters),
            7 => (Modulation.Qam64, CodeRate.FiveSixths),
            8 => (Modulation.Qam256, CodeRate.ThreeQuarters),
            9 => (Modulation.Qam256, CodeRate.FiveSixths),
            10 => (Modulation.Qam1024, CodeRate.ThreeQuarters),
            11 => (Modulation.Qam1024, CodeRate.FiveSixths),
            12 => (Modulation.Qam4096, CodeRate.ThreeQuarters),
            _ => (Modulation.Qam4096, CodeRate.FiveSixths),
        },
    };

    /// <summary>N_BPSCS R in twelfths of a bit.</summary>
    private static int CodedBitsTwelfths((Modulation Modulation, CodeRate CodeRate) of)
    {
        int bits = of.Modulation switch
        {
            Modulation.Bpsk => 1,
            Modulation.Qpsk => 2,
            Modulation.Qam16 => 4,
            Modulation.Qam64 => 6,
            Modulation.Qam256 => 8,
            Modulation.Qam1024 => 10,
            _ => 12,
        };
        return bits * of.CodeRate switch
        {
            CodeRate.Half => 6,
            CodeRate.TwoThirds => 8,
            CodeRate.ThreeQuarters => 9,
            _ => 10,
        };
    }

    private static PhyRate FromLegacyIndex(int index, bool shortPreamble) => index switch
    {
        < DsssCount => new(PhyKind.Dsss, index, 1, 20, GuardInterval.None, shortPreamble && index > 0 ? Preamble.DsssShort : Preamble.DsssLong),
        < LegacyRates.DsssCount => new(PhyKind.Cck, index, 1, 20, GuardInterval.None, shortPreamble ? Preamble.DsssShort : Preamble.DsssLong),
        _ => new(PhyKind.Ofdm, index, 1, 20, GuardInterval.Ns800, Preamble.Ofdm),
    };

    private static PhyRate HeOrEht(PhyKind kind, int mcs, int maxMcs, int nss, int bandwidthMhz, int maxMhz, GuardInterval guardInterval)
    {
        ThrowUnlessIn(mcs, maxMcs, nameof(mcs));
        ThrowUnlessIn(nss - 1, MaxNss - 1, nameof(nss));
        ThrowUnlessWidth(bandwidthMhz, maxMhz);
        if (guardInterval is not (GuardInterval.Ns800 or GuardInterval.Ns1600 or GuardInterval.Ns3200))
            throw new ArgumentOutOfRangeException(nameof(guardInterval), guardInterval, "HE and EHT have guard intervals of 0.8, 1.6 and 3.2 µs.");
        return new(kind, mcs, nss, bandwidthMhz, guardInterval, kind == PhyKind.He ? Preamble.He : Preamble.Eht);
    }

    private static GuardInterval ShortOrNot(bool shortGi) => shortGi ? GuardInterval.Ns400 : GuardInterval.Ns800;

    private static void ThrowUnlessIn(int value, int max, string name)
    {
        if ((uint)value > (uint)max)
            throw new ArgumentOutOfRangeException(name, value, "The PHY has no such rate.");
    }

    private static void ThrowUnlessWidth(int bandwidthMhz, int maxMhz)
    {
        if (bandwidthMhz > maxMhz || bandwidthMhz is not (20 or 40 or 80 or 160 or 320))
            throw new ArgumentOutOfRangeException(nameof(bandwidthMhz), bandwidthMhz, $"The PHY is 20 to {maxMhz} MHz wide, a doubling at a time.");
    }
}
