using ShmWifi.RingBuffer.Layout;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>Sends frames of a shape.</summary>
internal static class ShapedFrames
{
    /// <summary>Sends the radio's next frame if there is room; it waits for <see cref="SimulatedGuest.Flush"/>.</summary>
    public static bool TrySend(this SimulatedRadio radio, byte receiver, FrameShape shape) => radio.TrySend(
        receiver, shape.Length, (uint)shape.FreqMhz, shape.IsAcknowledged ? TxFlags.RequestStatus : TxFlags.NoAck, shape.Rates, shape.RateFlags,
        shape.IsQos);
}
