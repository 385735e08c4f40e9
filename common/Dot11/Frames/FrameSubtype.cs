namespace ShmWifi.Dot11.Frames;

/// <summary>Type and subtype of a frame. Source: IEEE 802.11-2020 table 9-1.</summary>
/// <remarks>Shape: type &lt;&lt; 4 | subtype; the subtypes that are not named here are reserved, or of bands that we do not carry.</remarks>
public enum FrameSubtype : byte
{
    /// <summary>Association Request.</summary>
    AssociationRequest = 0x00,

    /// <summary>Association Response.</summary>
    AssociationResponse = 0x01,

    /// <summary>Reassociation Request.</summary>
    ReassociationRequest = 0x02,

    /// <summary>Reassociation Response.</summary>
    ReassociationResponse = 0x03,

    /// <summary>Probe Request.</summary>
    ProbeRequest = 0x04,

    /// <summary>Probe Response.</summary>
    ProbeResponse = 0x05,

    /// <summary>Beacon.</summary>
    Beacon = 0x08,

    /// <summary>Disassociation.</summary>
    Disassociation = 0x0a,

    /// <summary>Authentication.</summary>
    Authentication = 0x0b,

    /// <summary>Deauthentication.</summary>
    Deauthentication = 0x0c,

    /// <summary>Action.</summary>
    Action = 0x0d,

    /// <summary>Action that nobody acknowledges.</summary>
    ActionNoAck = 0x0e,

    /// <summary>Trigger.</summary>
    Trigger = 0x12,

    /// <summary>Beamforming Report Poll.</summary>
    BeamformingReportPoll = 0x14,

    /// <summary>VHT/HE NDP Announcement.</summary>
    NdpAnnouncement = 0x15,

    /// <summary>Control Wrapper.</summary>
    ControlWrapper = 0x17,

    /// <summary>Block Ack Request.</summary>
    BlockAckReq = 0x18,

    /// <summary>Block Ack.</summary>
    BlockAck = 0x19,

    /// <summary>PS-Poll.</summary>
    PsPoll = 0x1a,

    /// <summary>RTS.</summary>
    Rts = 0x1b,

    /// <summary>CTS.</summary>
    Cts = 0x1c,

    /// <summary>Ack.</summary>
    Ack = 0x1d,

    /// <summary>CF-End.</summary>
    CfEnd = 0x1e,

    /// <summary>CF-End and CF-Ack.</summary>
    CfEndAck = 0x1f,

    /// <summary>Data.</summary>
    Data = 0x20,

    /// <summary>Null: data without a body, for power management.</summary>
    Null = 0x24,

    /// <summary>QoS Data.</summary>
    QosData = 0x28,

    /// <summary>QoS Null.</summary>
    QosNull = 0x2c,
}
