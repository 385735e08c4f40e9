using ShmWifi.Dot11.Frames;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>That QoS data of one TID is acknowledged by BlockAck from one station to another, so that it may be sent in A-MPDUs.</summary>
/// <remarks>Source: IEEE 802.11-2020 clauses 10.25 (block acknowledgment) and 10.12 (A-MPDU).</remarks>
internal sealed class BlockAckAgreement
{
    /// <summary>MPDUs at most that may be under way: the receiver keeps no more for their order. 0: there is no agreement, or no longer.</summary>
    public int BufferSize { get; set; }

    /// <summary>What the receiver takes.</summary>
    public AmpduCapabilities Recipient { get; set; } = AmpduCapabilities.OfHwsim;

    /// <summary>Where the next engine finds it, in an <see cref="AgreementLedger"/>; 0: nowhere.</summary>
    public int Kept { get; set; }
}
