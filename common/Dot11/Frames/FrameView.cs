using System.Buffers.Binary;

namespace ShmWifi.Dot11.Frames;

/// <summary>A frame where it lies: reads fields of an MPDU without FCS, copies nothing, allocates nothing.</summary>
/// <remarks>
/// Any bytes do: what a frame is too short for, or has no such field for, is null, false or empty.
/// <code>
/// 0 Frame Control   2 Duration   4 Address 1   10 Address 2   16 Address 3   22 Sequence Control
/// 24 Address 4 (data, To DS and From DS)   QoS Control, 2 (QoS data)   HT Control, 4 (+HTC)   body
/// </code>
/// Source: IEEE 802.11-2020 clauses 9.2.3 (order), 9.3.1 (control frames).
/// </remarks>
public readonly ref partial struct FrameView
{
    /// <summary>Octets of the shortest frames, Ack and CTS; mac80211_hwsim_tx() sends nothing shorter.</summary>
    public const int MinLength = 10;

    /// <summary>Where Address 1, the receiver's, is in all frames but extension frames.</summary>
    public const int Addr1Offset = 4;

    /// <summary>Where Address 2, the transmitter's, is in all frames but Ack and CTS.</summary>
    public const int Addr2Offset = 10;

    private const int Addr3Offset = 16;
    private const int SequenceControlOffset = 22;
    private const int Addr4Offset = 24;

    private readonly ReadOnlySpan<byte> _frame;

    private FrameView(ReadOnlySpan<byte> frame, FrameControl frameControl)
    {
        _frame = frame;
        FrameControl = frameControl;
    }

    /// <summary>Looks at <paramref name="frame"/>; false if it is shorter than
    /// <see cref="MinLength"/> or of a protocol version other than 0.</summary>
    public static bool TryParse(ReadOnlySpan<byte> frame, out FrameView view)
    {
        view = default;
        if (frame.Length < MinLength) return false;

        var frameControl = new FrameControl(BinaryPrimitives.ReadUInt16LittleEndian(frame));
        if (frameControl.ProtocolVersion != 0) return false;

        view = new FrameView(frame, frameControl);
        return true;
    }

    /// <summary>Frame Control.</summary>
    public FrameControl FrameControl { get; }

    /// <summary>The whole frame.</summary>
    public ReadOnlySpan<byte> Bytes => _frame;

    /// <summary>Octets of the MAC header that the type, the subtype and the flags ask for; the frame may be shorter.</summary>
    public int HeaderLength => FrameControl.Type switch
    {
        FrameType.Management => Addr4Offset + (FrameControl.HtControl ? 4 : 0),
        FrameType.Data when FrameControl.IsQos => QosControlOffset + 2 + (FrameControl.HtControl ? 4 : 0),
        FrameType.Data => QosControlOffset,
        FrameType.Control when FrameControl.Subtype == FrameSubtype.ControlWrapper => Addr2Offset + 2 + 4, // carried Frame Control, HT Control
        FrameType.Control when HasAddr2 => Addr3Offset,
        FrameType.Control => Addr2Offset,
        _ => Addr1Offset,
    };

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Body => _frame[Math.Min(HeaderLength, _frame.Length)..];

    /// <summary>Address 1; null in extension frames.</summary>
    public MacAddress? Addr1 => Address(Addr1Offset, FrameControl.Type != FrameType.Extension);

    /// <summary>Address 2; null in CTS, Ack, Control Wrapper and reserved control frames.</summary>
    public MacAddress? Addr2 => Address(Addr2Offset, HasAddr2);

    /// <summary>Address 3: management and data frames.</summary>
    public MacAddress? Addr3 => Address(Addr3Offset, HasSequenceControl);

    /// <summary>Address 4: data frames between distribution systems.</summary>
    public MacAddress? Addr4 => Address(Addr4Offset, HasAddr4);

    /// <summary>RA: who shall receive the frame, and acknowledge it.</summary>
    public MacAddress? Receiver => Addr1;

    /// <summary>TA: who sent the frame.</summary>
    public MacAddress? Transmitter => Addr2;

    /// <summary>The BSS that the frame belongs to, where the frame tells. Source: IEEE 802.11-2020 table 9-30, clauses 9.3.1.5 and 9.3.1.6.</summary>
    public MacAddress? Bssid => FrameControl.Type switch
    {
        FrameType.Management => Addr3,
        FrameType.Data => (FrameControl.ToDs, FrameControl.FromDs) switch
        {
            (false, false) => Addr3,
            (true, false) => Addr1,
            (false, true) => Addr2,
            (true, true) => null,
        },
        FrameType.Control when FrameControl.Subtype == FrameSubtype.PsPoll => Addr1,
        FrameType.Control when FrameControl.Subtype is FrameSubtype.CfEnd or FrameSubtype.CfEndAck => Addr2,
        _ => null,
    };

    /// <summary>Sent to a group, so that nobody acknowledges it.</summary>
    public bool IsGroupAddressed => Addr1 is { IsGroup: true };

    /// <summary>Sequence number, 0..4095: management and data frames.</summary>
    public int? SequenceNumber => SequenceControl >> 4;

    /// <summary>Fragment number, 0..15: management and data frames.</summary>
    public int? FragmentNumber => SequenceControl & 0xf;

    /// <summary>Traffic identifier, 0..15: QoS data frames.</summary>
    public int? QosTid => QosControl & 0xf;

    /// <summary>The access category that mac80211 queues such a frame in.</summary>
    /// <remarks>QoS data by its user priority, the low three bits of the TID; other data as best effort; management as voice, but for beacons to all;
    /// PS-Poll as best effort. Source: IEEE 802.11-2020 table 10-1 and clause 10.2.3.2.</remarks>
    public AccessCategory AccessCategory => FrameControl.Type switch
    {
        FrameType.Management => FrameControl.Subtype == FrameSubtype.Beacon && IsGroupAddressed ? AccessCategory.Beacon : AccessCategory.Voice,
        FrameType.Data => (QosTid & 7) switch
        {
            1 or 2 => AccessCategory.Background,
            4 or 5 => AccessCategory.Video,
            6 or 7 => AccessCategory.Voice,
            _ => AccessCategory.BestEffort,
        },
        _ => AccessCategory.BestEffort,
    };

    private bool HasAddr2 => FrameControl.Type switch
    {
        FrameType.Management or FrameType.Data => true,
        FrameType.Control => FrameControl.Subtype is FrameSubtype.Trigger or FrameSubtype.BeamformingReportPoll
            or FrameSubtype.NdpAnnouncement or FrameSubtype.BlockAckReq or FrameSubtype.BlockAck or FrameSubtype.PsPoll
            or FrameSubtype.Rts or FrameSubtype.CfEnd or FrameSubtype.CfEndAck,
        _ => false,
    };

    private bool HasSequenceControl => FrameControl.Type is FrameType.Management or FrameType.Data;

    private bool HasAddr4 => FrameControl is { Type: FrameType.Data, ToDs: true, FromDs: true };

    private int QosControlOffset => HasAddr4 ? Addr4Offset + MacAddress.Length : Addr4Offset;

    private int? SequenceControl => Field16(SequenceControlOffset, HasSequenceControl);

    private int? QosControl => Field16(QosControlOffset, FrameControl.IsQos);

    private MacAddress? Address(int offset, bool present) =>
        present && _frame.Length >= offset + MacAddress.Length ? new MacAddress(_frame[offset..]) : null;

    private int? Field16(int offset, bool present) =>
        present && _frame.Length >= offset + 2 ? BinaryPrimitives.ReadUInt16LittleEndian(_frame[offset..]) : null;
}
