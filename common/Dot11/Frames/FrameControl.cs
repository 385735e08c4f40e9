namespace ShmWifi.Dot11.Frames;

/// <summary>The Frame Control field.</summary>
/// <remarks>Shape: le16; bits 1..0 protocol version, 3..2 type, 7..4 subtype, 15..8 flags.
/// Source: IEEE 802.11-2020 clause 9.2.4.1.</remarks>
/// <param name="Value">The field in the CPU's order.</param>
public readonly record struct FrameControl(ushort Value)
{
    /// <summary>The Retry flag, in the second octet.</summary>
    public const byte RetryFlag = 0x08;

    private static readonly string[] s_names =
    [
        "Association Request", "Association Response", "Reassociation Request", "Reassociation Response",
        "Probe Request", "Probe Response", "Timing Advertisement", "Reserved Management",
        "Beacon", "ATIM", "Disassociation", "Authentication",
        "Deauthentication", "Action", "Action No Ack", "Reserved Management",

        "Reserved Control", "Reserved Control", "Trigger", "TACK",
        "Beamforming Report Poll", "VHT/HE NDP Announcement", "Control Frame Extension", "Control Wrapper",
        "Block Ack Req", "Block Ack", "PS-Poll", "RTS",
        "CTS", "Ack", "CF-End", "CF-End + CF-Ack",

        "Data", "Data + CF-Ack", "Data + CF-Poll", "Data + CF-Ack + CF-Poll",
        "Null", "CF-Ack", "CF-Poll", "CF-Ack + CF-Poll",
        "QoS Data", "QoS Data + CF-Ack", "QoS Data + CF-Poll", "QoS Data + CF-Ack + CF-Poll",
        "QoS Null", "Reserved Data", "QoS CF-Poll", "QoS CF-Ack + CF-Poll",

        "DMG Beacon", "S1G Beacon", "Reserved Extension", "Reserved Extension",
        "Reserved Extension", "Reserved Extension", "Reserved Extension", "Reserved Extension",
        "Reserved Extension", "Reserved Extension", "Reserved Extension", "Reserved Extension",
        "Reserved Extension", "Reserved Extension", "Reserved Extension", "Reserved Extension",
    ];

    /// <summary>Protocol version; 0 for all that is in use.</summary>
    public int ProtocolVersion => Value & 3;

    /// <summary>Type.</summary>
    public FrameType Type => (FrameType)((Value >> 2) & 3);

    /// <summary>Type and subtype.</summary>
    public FrameSubtype Subtype => (FrameSubtype)(((int)Type << 4) | ((Value >> 4) & 0xf));

    /// <summary>Name of the subtype, as 802.11 and Wireshark write it. Does not allocate.</summary>
    public string Name => s_names[(int)Subtype];

    /// <summary>To the distribution system.</summary>
    public bool ToDs => (Value & 0x0100) != 0;

    /// <summary>From the distribution system.</summary>
    public bool FromDs => (Value & 0x0200) != 0;

    /// <summary>Another fragment follows.</summary>
    public bool MoreFragments => (Value & 0x0400) != 0;

    /// <summary>Sent before.</summary>
    public bool Retry => (Value & 0x0800) != 0;

    /// <summary>The sender will be in power save mode after this exchange.</summary>
    public bool PowerManagement => (Value & 0x1000) != 0;

    /// <summary>The AP holds more for the receiver.</summary>
    public bool MoreData => (Value & 0x2000) != 0;

    /// <summary>The body is encrypted.</summary>
    public bool Protected => (Value & 0x4000) != 0;

    /// <summary>+HTC: management and QoS data frames carry HT Control. Called Order in others.</summary>
    public bool HtControl => (Value & 0x8000) != 0;

    /// <summary>A data frame with a QoS Control field.</summary>
    public bool IsQos => Type == FrameType.Data && (Value & 0x0080) != 0;

    /// <summary>A data frame of a subtype that has a body: not Null, CF-Ack, CF-Poll or their likes.</summary>
    public bool CarriesData => Type == FrameType.Data && (Value & 0x0040) == 0;

    /// <summary><see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
