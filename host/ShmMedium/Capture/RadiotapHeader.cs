using System.Buffers.Binary;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>The radiotap header in front of a captured frame: on which channel, at which rate, how strong.</summary>
/// <remarks>
/// <code>
/// 0 version u8   1 pad u8   2 length le16   4 present le32
/// 8 Flags u8   9 Rate u8, 500 kbit/s (legacy)   10 Channel le16 MHz, le16 flags   14 signal s8 dBm   15 noise s8 dBm
/// then MCS: known u8, flags u8, index u8 (HT), or, 2-aligned,
/// VHT: known le16, flags u8, bandwidth u8, MCS &lt;&lt; 4 | NSS u8[4], coding u8, group u8, partial AID le16 (VHT)
/// </code>
/// Fields follow the order of their present bits, each aligned to its largest member. Source: radiotap.org, "Fields".
/// </remarks>
internal static class RadiotapHeader
{
    /// <summary>Bytes of the longest header, VHT with noise.</summary>
    public const int MaxLength = 28;

    private const uint PresentFlags = 1 << 1;
    private const uint PresentRate = 1 << 2;
    private const uint PresentChannel = 1 << 3;
    private const uint PresentSignal = 1 << 5;
    private const uint PresentNoise = 1 << 6;
    private const uint PresentMcs = 1 << 19;
    private const uint PresentVht = 1 << 21;

    private const int FlagsOffset = 8;
    private const int RateOffset = 9;
    private const int ChannelOffset = 10;
    private const int SignalOffset = 14;
    private const int NoiseOffset = 15;
    private const int McsLength = 3;
    private const int VhtLength = 12;

    private const byte FlagsShortPreamble = 0x02;

    private const ushort ChannelCck = 0x0020;
    private const ushort ChannelOfdm = 0x0040;
    private const ushort Channel2Ghz = 0x0080;
    private const ushort Channel5Ghz = 0x0100;
    private const ushort ChannelDynamic = 0x0400;

    // All that hwsim does not simulate is known to be absent: LDPC, STBC, extension spatial streams.
    private const byte McsKnown = 0x7f; // bandwidth, index, guard interval, format, FEC, STBC, extension streams
    private const byte McsWidth40Mhz = 0x01;
    private const byte McsShortGi = 0x04;
    private const byte McsGreenfield = 0x08;

    private const ushort VhtKnown = 0x0001 | 0x0004 | 0x0040; // STBC, guard interval, bandwidth
    private const byte VhtShortGi = 0x04;

    /// <summary>Writes a header to the front of <paramref name="destination"/>.</summary>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="rate">Rate; null: unknown, the header has no rate field.</param>
    /// <param name="signalDbm">Strength of the signal at the receiver, or of the sender's output.</param>
    /// <param name="noiseDbm">Noise at the receiver; null: unknown.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is too short.</exception>
    public static int Write(Span<byte> destination, Channel channel, PhyRate? rate, sbyte signalDbm, sbyte? noiseDbm)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, MaxLength, nameof(destination));
        destination[..MaxLength].Clear();

        uint present = PresentFlags | PresentChannel | PresentSignal;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[ChannelOffset..], (ushort)channel.FrequencyMhz);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[(ChannelOffset + 2)..], ChannelFlags(channel.Band, rate));
        destination[SignalOffset] = (byte)signalDbm;

        int length = NoiseOffset;
        if (noiseDbm is { } noise)
        {
            present |= PresentNoise;
            destination[length++] = (byte)noise;
        }

        switch (rate)
        {
            case { IsLegacy: true } legacy:
                present |= PresentRate;
                destination[FlagsOffset] = legacy.Preamble == Preamble.DsssShort ? FlagsShortPreamble : (byte)0;
                destination[RateOffset] = (byte)(legacy.BitRate100Kbps / 5);
                break;
            case { Kind: PhyKind.Ht } ht:
                present |= PresentMcs;
                WriteMcs(destination[length..], ht);
                length += McsLength;
                break;
            case { Kind: PhyKind.Vht } vht:
                present |= PresentVht;
                length += length & 1;
                WriteVht(destination[length..], vht);
                length += VhtLength;
                break;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], (ushort)length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], present);
        return length;
    }

    /// <summary>As mac80211 flags what its monitor interfaces see: linux net/mac80211/rx.c, ieee80211_add_rx_radiotap_header();
    /// radiotap has no bit for 6 GHz.</summary>
    private static ushort ChannelFlags(Band band, PhyRate? rate) => (band, rate) switch
    {
        (not Band.Ghz2, _) => ChannelOfdm | Channel5Ghz,
        (_, null) => Channel2Ghz,
        (_, { IsDsss: true }) => ChannelCck | Channel2Ghz,
        (_, { IsLegacy: true }) => ChannelOfdm | Channel2Ghz,
        _ => ChannelDynamic | Channel2Ghz,
    };

    private static void WriteMcs(Span<byte> field, PhyRate rate)
    {
        field[0] = McsKnown;
        field[1] = (byte)((rate.BandwidthMhz == 40 ? McsWidth40Mhz : 0)
            | (rate.GuardInterval == GuardInterval.Ns400 ? McsShortGi : 0)
            | (rate.Preamble == Preamble.HtGreenfield ? McsGreenfield : 0));
        field[2] = (byte)rate.Mcs;
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
}
