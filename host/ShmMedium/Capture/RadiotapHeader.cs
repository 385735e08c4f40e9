using System.Buffers.Binary;
using System.Numerics;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Medium.Contention;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>What is known of a captured frame besides its bytes.</summary>
/// <param name="FreqMhz">Centre of the channel's 20 MHz; one that is no channel's is written all the same.</param>
/// <param name="Rate">Null: unknown, the header has no rate field.</param>
/// <param name="SignalDbm">Strength at the receiver; null: nobody received it, the header has no signal field.</param>
internal readonly record struct RadiotapFields(uint FreqMhz, PhyRate? Rate, sbyte? SignalDbm)
{
    /// <summary>When it was on the medium, and in which A-MPDU; null: unknown.</summary>
    public SentMpdu? Mpdu { get; init; }

    /// <summary>Noise at the receiver; null: unknown.</summary>
    public sbyte? NoiseDbm { get; init; }

    /// <summary>Attempts after the first.</summary>
    public int Retries { get; init; }

    /// <summary>The sender waits for no acknowledgement.</summary>
    public bool HasNoAck { get; init; }

    /// <summary>No attempt was acknowledged.</summary>
    public bool IsFailed { get; init; }
}

/// <summary>The radiotap header in front of a captured frame: on which channel, at which rate, how strong, after how many attempts.</summary>
/// <remarks>
/// <code>
/// 0 version u8   1 pad u8   2 length le16   4 present le32
/// 8 TSFT le64 µs, if it is known
/// then Flags u8, Rate u8, 500 kbit/s (legacy), Channel le16 MHz, le16 flags,
/// then, what is known of: signal s8 dBm, noise s8 dBm, always: TX flags le16, 2-aligned, data retries u8,
/// then MCS: known u8, flags u8, index u8 (HT),
/// then, 4-aligned, A-MPDU status: reference number le32, flags le16, delimiter CRC u8, reserved u8 (of several MPDUs),
/// then, 2-aligned, VHT: known le16, flags u8, bandwidth u8, MCS &lt;&lt; 4 | NSS u8[4], coding u8, group u8, partial AID le16,
/// or, 2-aligned, HE: data 1 to 6 le16[6], or, 4-aligned, fields of type le16, length le16, value:
/// U-SIG 33: common le32, value le32, mask le32   EHT 34: known le32, data 0 to 8 le32[9], one user le32
/// </code>
/// TSFT is when the first bit of the MPDU was on the medium, by the medium's clock: a BSS's own TSF, which its beacons tell, is another.
/// Fields follow the order of their present bits, each aligned to its largest member. Source: radiotap.org, "Fields". TX flags and data
/// retries as Linux has them of frames that it sent: net/mac80211/status.c, ieee80211_add_tx_radiotap_header().
/// </remarks>
internal static class RadiotapHeader
{
    /// <summary>Bytes of the longest header, EHT in an A-MPDU.</summary>
    public const int MaxLength = 100;

    private const uint PresentTsft = 1 << 0;
    private const uint PresentFlags = 1 << 1;
    private const uint PresentRate = 1 << 2;
    private const uint PresentChannel = 1 << 3;
    private const uint PresentSignal = 1 << 5;
    private const uint PresentNoise = 1 << 6;
    private const uint PresentTxFlags = 1 << 15;
    private const uint PresentDataRetries = 1 << 17;
    private const uint PresentMcs = 1 << 19;
    private const uint PresentAmpdu = 1 << 20;
    private const uint PresentVht = 1 << 21;
    private const uint PresentHe = 1 << 23;
    private const uint PresentTlvs = 1 << 28;

    private const int FieldsOffset = 8;
    private const int TsftLength = 8;
    private const int McsLength = 3;
    private const int AmpduLength = 8;
    private const int VhtLength = 12;
    private const int HeLength = 12;
    private const int TlvHeaderLength = 4;
    private const int USigLength = 12;
    private const int EhtLength = 4 + (9 * 4) + 4;

    private const byte FlagsShortPreamble = 0x02;
    private const ushort TxFailed = 0x0001;
    private const ushort TxNoAck = 0x0008;

    private const ushort ChannelCck = 0x0020;
    private const ushort ChannelOfdm = 0x0040;
    private const ushort Channel2Ghz = 0x0080;
    private const ushort Channel5Ghz = 0x0100;
    private const ushort ChannelDynamic = 0x0400;
    private const ushort ChannelHalf = 0x4000; // 10 MHz wide
    private const ushort ChannelQuarter = 0x8000; // 5 MHz wide

    // All that hwsim does not simulate is known to be absent: LDPC, STBC, extension spatial streams.
    private const byte McsKnown = 0x7f; // bandwidth, index, guard interval, format, FEC, STBC, extension streams
    private const byte McsWidth40Mhz = 0x01;
    private const byte McsShortGi = 0x04;
    private const byte McsGreenfield = 0x08;

    private const ushort AmpduLastKnown = 0x0004;
    private const ushort AmpduIsLast = 0x0008;

    private const ushort VhtKnown = 0x0001 | 0x0004 | 0x0040; // STBC, guard interval, bandwidth
    private const byte VhtShortGi = 0x04;

    private const ushort HeKnown1 = 0x0020 | 0x0040 | 0x0200 | 0x4000; // MCS, DCM, STBC, bandwidth; the format is SU
    private const ushort HeKnown2 = 0x0002; // guard interval

    private const ushort USigType = 33;
    private const uint USigKnown = 0x1 | 0x2; // PHY version, which is 0, and bandwidth
    private const int USigBandwidthShift = 15;
    private const ushort EhtType = 34;
    private const uint EhtKnown = 0x4; // guard interval
    private const int EhtGuardShift = 7;
    private const uint EhtUserKnown = 0x02 | 0x10 | 0x80; // MCS, NSS, and that the frame is this user's
    private const int EhtUserMcsShift = 20;
    private const int EhtUserNssShift = 24;

    /// <summary>Writes a header to the front of <paramref name="destination"/>.</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is too short.</exception>
    public static int Write(Span<byte> destination, in RadiotapFields fields)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, MaxLength, nameof(destination));
        destination[..MaxLength].Clear();

        uint present = PresentFlags | PresentChannel | PresentTxFlags | PresentDataRetries;
        int length = FieldsOffset;
        if (fields.Mpdu is { } mpdu)
        {
            present |= PresentTsft;
            BinaryPrimitives.WriteInt64LittleEndian(destination[length..], mpdu.StartNs / 1000);
            length += TsftLength;
        }
        if (fields.Rate is { IsLegacy: true } legacy)
        {
            present |= PresentRate;
            destination[length] = legacy.Preamble == Preamble.DsssShort ? FlagsShortPreamble : (byte)0;
            destination[length + 1] = (byte)(legacy.BitRate100Kbps / 5);
        }
        BinaryPrimitives.WriteUInt16LittleEndian(destination[(length + 2)..], (ushort)Math.Min(fields.FreqMhz, ushort.MaxValue));
        BinaryPrimitives.WriteUInt16LittleEndian(destination[(length + 4)..],
            (ushort)(ChannelFlags(fields.FreqMhz, fields.Rate) | WidthFlags(fields.Rate)));
        length += 6;
        if (fields.SignalDbm is { } signal)
        {
            present |= PresentSignal;
            destination[length++] = (byte)signal;
        }
        if (fields.NoiseDbm is { } noise)
        {
            present |= PresentNoise;
            destination[length++] = (byte)noise;
        }
        length += length & 1;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[length..],
            (ushort)((fields.IsFailed ? TxFailed : 0) | (fields.HasNoAck ? TxNoAck : 0)));
        destination[length + 2] = (byte)Math.Min(fields.Retries, byte.MaxValue);
        length += 3;

        if (fields.Rate is { Kind: PhyKind.Ht } ht)
        {
            present |= PresentMcs;
            WriteMcs(destination[length..], ht);
            length += McsLength;
        }
        if (fields.Mpdu is { Ampdu: not 0 } aggregated)
        {
            present |= PresentAmpdu;
            length = (length + 3) & ~3;
            WriteAmpdu(destination[length..], aggregated);
            length += AmpduLength;
        }
        switch (fields.Rate)
        {
            case { Kind: PhyKind.Vht } vht:
                present |= PresentVht;
                length += length & 1;
                WriteVht(destination[length..], vht);
                length += VhtLength;
                break;
            case { Kind: PhyKind.He } he:
                present |= PresentHe;
                length += length & 1;
                WriteHe(destination[length..], he);
                length += HeLength;
                break;
            case { Kind: PhyKind.Eht } eht:
                present |= PresentTlvs;
                length = (length + 3) & ~3;
                length += WriteEht(destination[length..], eht, fields.FreqMhz);
                break;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], (ushort)length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], present);
        return length;
    }

    /// <summary>Reads what <see cref="Write"/> wrote: on which channel, and whether there was a signal.</summary>
    /// <returns>False: it is none of ours.</returns>
    public static bool TryRead(ReadOnlySpan<byte> header, out int freqMhz, out bool hasSignal)
    {
        (freqMhz, hasSignal) = (0, false);
        if (header.Length < FieldsOffset)
            return false;
        uint present = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        int channel = FieldsOffset + ((present & PresentTsft) != 0 ? TsftLength : 0) + 2;
        if ((present & PresentChannel) == 0 || header.Length < channel + 2)
            return false;
        freqMhz = BinaryPrimitives.ReadUInt16LittleEndian(header[channel..]);
        hasSignal = (present & PresentSignal) != 0;
        return true;
    }

    /// <summary>As mac80211 flags what its monitor interfaces see: linux net/mac80211/rx.c, ieee80211_add_rx_radiotap_header();
    /// radiotap has no bit for 6 GHz. A frequency of no band has none.</summary>
    private static ushort ChannelFlags(uint freqMhz, PhyRate? rate) =>
        (Channel.TryFromFrequency((int)freqMhz, out var channel) ? channel.Band : (Band?)null, rate) switch
        {
            (null, _) => 0,
            (not Band.Ghz2, _) => ChannelOfdm | Channel5Ghz,
            (_, null) => Channel2Ghz,
            (_, { IsDsss: true }) => ChannelCck | Channel2Ghz,
            (_, { IsLegacy: true }) => ChannelOfdm | Channel2Ghz,
            _ => ChannelDynamic | Channel2Ghz,
        };

    private static ushort WidthFlags(PhyRate? rate) => rate?.Spacing switch
    {
        ChannelSpacing.Mhz10 => ChannelHalf,
        ChannelSpacing.Mhz5 => ChannelQuarter,
        _ => 0,
    };

    private static void WriteMcs(Span<byte> field, PhyRate rate)
    {
        field[0] = McsKnown;
        field[1] = (byte)((rate.BandwidthMhz == 40 ? McsWidth40Mhz : 0)
            | (rate.GuardInterval == GuardInterval.Ns400 ? McsShortGi : 0)
            | (rate.Preamble == Preamble.HtGreenfield ? McsGreenfield : 0));
        field[2] = (byte)rate.Mcs;
    }

    private static void WriteAmpdu(Span<byte> field, in SentMpdu mpdu)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(field, mpdu.Ampdu);
        BinaryPrimitives.WriteUInt16LittleEndian(field[4..], (ushort)(AmpduLastKnown | (mpdu.IsLast ? AmpduIsLast : 0)));
    }

    private static void WriteVht(Span<byte> field, PhyRate rate)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(field, VhtKnown);
        field[2] = rate.GuardInterval == GuardInterval.Ns400 ? VhtShortGi : (byte)0;
        field[3] = rate.BandwidthMhz switch
        {
            160 => 11,
            80 => 4,
            40 => 1,
            _ => 0,
        };
        field[4] = (byte)((rate.Mcs << 4) | rate.Nss);
    }

    private static void WriteHe(Span<byte> field, PhyRate rate)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(field, HeKnown1);
        BinaryPrimitives.WriteUInt16LittleEndian(field[2..], HeKnown2);
        BinaryPrimitives.WriteUInt16LittleEndian(field[4..], (ushort)(rate.Mcs << 8));
        BinaryPrimitives.WriteUInt16LittleEndian(field[8..], (ushort)(BandwidthOf(rate) | (GuardOf(rate) << 4)));
        BinaryPrimitives.WriteUInt16LittleEndian(field[10..], (ushort)rate.Nss);
    }

    private static int WriteEht(Span<byte> fields, PhyRate rate, uint freqMhz)
    {
        var uSig = BeginTlv(fields, USigType, USigLength);
        int bandwidth = BandwidthOf(rate) + (FrequencyRange.Of(rate, (int)freqMhz).IsSecond320Mhz ? 1 : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(uSig, USigKnown | ((uint)bandwidth << USigBandwidthShift));

        var eht = BeginTlv(fields[(TlvHeaderLength + USigLength)..], EhtType, EhtLength);
        BinaryPrimitives.WriteUInt32LittleEndian(eht, EhtKnown);
        BinaryPrimitives.WriteUInt32LittleEndian(eht[4..], (uint)GuardOf(rate) << EhtGuardShift);
        BinaryPrimitives.WriteUInt32LittleEndian(eht[(EhtLength - 4)..],
            EhtUserKnown | ((uint)rate.Mcs << EhtUserMcsShift) | ((uint)(rate.Nss - 1) << EhtUserNssShift)); // as in EHT-SIG
        return TlvHeaderLength + USigLength + TlvHeaderLength + EhtLength;
    }

    private static Span<byte> BeginTlv(Span<byte> field, ushort type, int length)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(field, type);
        BinaryPrimitives.WriteUInt16LittleEndian(field[2..], (ushort)length);
        return field.Slice(TlvHeaderLength, length);
    }

    /// <summary>20, 40, 80, 160 MHz, 320 MHz-1 as HE and EHT count them.</summary>
    private static int BandwidthOf(PhyRate rate) => BitOperations.Log2((uint)rate.BandwidthMhz / 20);

    private static int GuardOf(PhyRate rate) => rate.GuardInterval switch { GuardInterval.Ns800 => 0, GuardInterval.Ns1600 => 1, _ => 2 };
}
