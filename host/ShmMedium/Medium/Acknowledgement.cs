using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>Where an ACK is decided, for all mediums.</summary>
/// <remarks>
/// <para>A frame is acknowledged when all of this holds:</para>
/// <para>1. Its sender waits for an ACK: <see cref="IsWanted"/>.</para>
/// <para>2. A radio owns address 1 and listens on the frame's channel: as its guest told (<c>Radio.ChannelMhz</c>), or by 5.
/// A guest that has been silent for two seconds has told nothing: 5 holds.</para>
/// <para>3. That radio received an attempt, and the ACK came back. <see cref="PerfectMedium"/>: always, at the first. <see cref="InstantMedium"/>:
/// a draw for the frame and one for its ACK, down the retry chain.
/// <see cref="AirtimeMedium"/>: the same by <c>ContentionModel</c>, collisions included.</para>
/// <para>4. The frame had room in the receiver's ring (perfect, instant): <c>FrameDelivery</c> takes the ACK back where it had not.
/// A receiver that is behind acknowledges when it has come near the frame: <c>TxStatusReporter</c>, docs/decisions/0006.</para>
/// <para>5. Where only the guest knows whether the radio listens, it took the frame: the same, docs/decisions/0015.</para>
/// </remarks>
internal static class Acknowledgement
{
    /// <summary>Whether the sender waits for an ACK: to an individual address, and not sent without (HWSIM_TX_CTL_NO_ACK).</summary>
    public static bool IsWanted(in Frame frame) => (frame.Flags & TxFlags.NoAck) == TxFlags.None && !frame.Receiver.IsGroup;
}
