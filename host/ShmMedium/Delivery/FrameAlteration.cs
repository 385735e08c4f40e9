using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>How the bytes that a radio receives differ from what the sender wrote; then they are copied.</summary>
/// <param name="IsRetry">The Retry bit is set: the frame was sent before.</param>
/// <param name="FlipKey">The stream of random numbers that says which.</param>
internal readonly record struct FrameAlteration(bool IsRetry, int FlippedBits = 0, ulong FlipKey = 0)
{
    /// <summary>Makes a copy of the frame what the radio receives.</summary>
    public void ApplyTo(Span<byte> frame)
    {
        if (IsRetry)
            frame[1] |= FrameControl.RetryFlag;
        if (FlippedBits == 0 || !FrameView.TryParse(frame, out var view) || view.HeaderLength >= frame.Length)
            return;
        var body = frame[view.HeaderLength..];
        for (int i = 0; i < FlippedBits; i++)
        {
            ulong bit = RandomStream.At(FlipKey, (ulong)i) % (8 * (ulong)body.Length);
            body[(int)(bit / 8)] ^= (byte)(1 << (int)(bit % 8));
        }
    }
}
