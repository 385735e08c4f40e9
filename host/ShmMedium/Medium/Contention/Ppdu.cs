using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>What a PPDU carries.</summary>
internal enum PpduKind
{
    /// <summary>A frame of a guest's, or several in an A-MPDU.</summary>
    Frame,

    /// <summary>RTS.</summary>
    Rts,

    /// <summary>CTS, the answer to an RTS.</summary>
    Cts,

    /// <summary>CTS to self: protects the frame that follows.</summary>
    CtsToSelf,

    /// <summary>ACK.</summary>
    Ack,

    /// <summary>BlockAck, the answer to an A-MPDU.</summary>
    BlockAck,

    /// <summary>A jammer's burst: energy, and nothing that a receiver could follow.</summary>
    Noise,
}

/// <summary>A PPDU on the medium, and how each radio receives it. Used again and again.</summary>
internal sealed class Ppdu(int index, int stations)
{
    /// <summary>Its place among the PPDUs.</summary>
    public int Index { get; } = index;

    /// <summary>How stations receive it: those that it reaches or that want it, in the order of their indices, then others.</summary>
    public Receptions Receptions { get; } = new(stations);

    /// <summary>What else reaches into its spectrum.</summary>
    public Overlaps Overlaps { get; } = new();

    /// <summary>Its place among those on the medium.</summary>
    public int Place;

    /// <summary>What it carries.</summary>
    public PpduKind Kind;

    /// <summary>Its sender; null: has left the medium since.</summary>
    public LinkEndpoint? Sender;

    /// <summary>Index of the station that a CTS, ACK or BlockAck is for; -1 else.</summary>
    public int To;

    /// <summary>Address 1 of what it carries.</summary>
    public MacAddress Receiver;

    /// <summary>Address 2, also where what it carries has none: of a CTS or an ACK.</summary>
    public MacAddress Transmitter;

    /// <summary>What a BlockAck tells; only while PPDUs are reported.</summary>
    public BlockAckBitmap BlockAck;

    /// <summary>The frame, when it is no A-MPDU.</summary>
    public SentMpdu Mpdu;

    /// <summary>An outcome that nobody took yet tells of it: it must stay what it is.</summary>
    public bool IsReported;

    /// <summary>The MPDUs of an A-MPDU, in their order; empty: it carries one, of which the fields below tell.</summary>
    public List<AggregatedMpdu> Mpdus { get; } = [];

    /// <summary>Whether it is an A-MPDU of more than one.</summary>
    public bool IsAggregate => Mpdus.Count != 0;

    /// <summary>Who stations are to each of them, and whether they have it: <see cref="PpduReception.FirstMpdu"/> on.</summary>
    public List<MpduReception> MpduReceptions { get; } = [];

    /// <summary>Parts of its payload in which it was disturbed at those stations.</summary>
    public List<DisturbedPart> DisturbedParts { get; } = [];

    /// <summary>The handle of the frame, or of the first, and the RTS's; -1: none.</summary>
    public int Handle;

    /// <summary>Attempt of the retry chain, from 1.</summary>
    public int Attempt;

    /// <summary>The frame has the Retry bit.</summary>
    public bool IsRetry;

    /// <summary>A receiver shall acknowledge it.</summary>
    public bool WantsAck;

    /// <summary>One did, or sent a CTS: if more than one radio owns the address, the first answers for all.</summary>
    public bool IsAnswered;

    /// <summary>It is over, and a radio that wanted it, or some of its MPDUs, received nothing of it, as something else was in the way.</summary>
    public bool HasCollided;

    /// <summary>Rate.</summary>
    public PhyRate Rate;

    /// <summary>Octets that must all be right to receive it, or the first of its MPDUs.</summary>
    public int Octets;

    /// <summary>A BlockAck whose bitmap has 32 octets.</summary>
    public bool IsLongBlockAck => Kind == PpduKind.BlockAck && Octets == Ampdu.BlockAckOctets(Ampdu.MaxMpdus);

    /// <summary>Of the ACK or BlockAck that it wants, FCS included.</summary>
    public int ResponseOctets;

    /// <summary>Centre of the primary 20 MHz.</summary>
    public int FreqMhz;

    /// <summary>Its spectrum.</summary>
    public FrequencyRange Range;

    /// <summary>The error curve of the payload.</summary>
    public int Curve;

    /// <summary>What its <see cref="PerFact"/>s follow from besides the links.</summary>
    public long PerKey;

    /// <summary>What the Duration field says: for so long after its end the medium is reserved.</summary>
    public long DurationNs;

    /// <summary>Start.</summary>
    public long StartNs;

    /// <summary>End of preamble and header, start of the payload.</summary>
    public long PayloadNs;

    /// <summary>End.</summary>
    public long EndNs = long.MinValue;

    /// <summary>Whether that is the channel on which a receiver can follow it: one that is clocked otherwise cannot.</summary>
    public bool IsOn(int freqMhz, ChannelSpacing spacing) => freqMhz == FreqMhz && IsClockedFor(spacing);

    /// <summary>Whether receivers in channels of a spacing understand it, wherever they are.</summary>
    public bool IsClockedFor(ChannelSpacing spacing) => spacing == Rate.Spacing && Kind != PpduKind.Noise;

    /// <summary>Whether a receiver on that channel sees its preamble: that of a wide PPDU is on each of its 20 MHz.</summary>
    public bool HasPreambleOn(int freqMhz, ChannelSpacing spacing) =>
        IsOn(freqMhz, spacing)
        || (Rate.BandwidthMhz > 20 && spacing == ChannelSpacing.Mhz20
            && freqMhz - 10 >= Range.LowMhz && freqMhz + 10 <= Range.HighMhz && (freqMhz - 10 - Range.LowMhz) % 20 == 0);
}
