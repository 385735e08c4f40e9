using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>Where an ACK is decided, for all mediums.</summary>
/// <remarks>
/// <para>A frame is acknowledged when all of this holds:</para>
/// <para>1. Its sender waits for an ACK: <see cref="IsWanted"/>.</para>
/// <para>2. A radio owns address 1 and, as far as the host knows, listens on the frame's frequency: <see cref="MayComeFrom"/>.</para>
/// <para>3. That radio received an attempt, and the ACK came back. <see cref="PerfectMedium"/>: always, at the first. <see cref="InstantMedium"/>:
/// a draw for the frame and one for its ACK, down the retry chain.
/// <see cref="AirtimeMedium"/>: the same by <c>ContentionModel</c>, collisions included.</para>
/// <para>4. The frame had room in the receiver's ring (perfect, instant): <c>FrameDelivery</c> takes the ACK back where it had not.
/// A receiver that is behind acknowledges when it has come near the frame: <c>TxStatusReporter</c>, docs/decisions/0006.</para>
/// </remarks>
internal static class Acknowledgement
{
    /// <summary>Whether the sender waits for an ACK: to an individual address, and not sent without (HWSIM_TX_CTL_NO_ACK).</summary>
    public static bool IsWanted(in Frame frame) => (frame.Flags & TxFlags.NoAck) == TxFlags.None && !frame.Receiver.IsGroup;

    /// <summary>Whether a radio that receives the frame answers with an ACK.</summary>
    /// <param name="owner">Owns address 1.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public static bool MayComeFrom(in Frame frame, Radio owner, long nowNs) => IsWanted(in frame) && owner.ListensTo(frame.FreqMhz, nowNs);
}
