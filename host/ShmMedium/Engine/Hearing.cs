using System.Runtime.InteropServices;
using ShmWifi.Dot11;
using ShmWifi.Medium.Links;

namespace ShmWifi.Medium.Engine;

/// <summary>How one radio hears a frame.</summary>
/// <param name="SignalDbm">Its strength there.</param>
/// <param name="RateIndex">hwsim's RX_RATE.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Hearing(sbyte SignalDbm, byte RateIndex)
{
    /// <summary>It was sent before: the Retry bit is set.</summary>
    public bool IsRetry { get; init; }

    /// <summary>Bits of the body to flip.</summary>
    public int FlippedBits { get; init; }

    /// <summary>The stream of random numbers that says which.</summary>
    public ulong FlipKey { get; init; }

    /// <summary>Whether the frame's bytes differ from what the sender wrote: then it is copied.</summary>
    public bool IsAltered => IsRetry || FlippedBits != 0;

    /// <summary>Makes a copy of the frame what the radio hears.</summary>
    /// <param name="frame">The copy.</param>
    public void Alter(Span<byte> frame)
    {
        if (IsRetry)
            frame[1] |= FrameControl.RetryFlag;
        if (FlippedBits == 0 || !FrameView.TryParse(frame, out FrameView view) || view.HeaderLength >= frame.Length)
            return;
        Span<byte> body = frame[view.HeaderLength..];
        for (int i = 0; i < FlippedBits; i++)
        {
            ulong bit = RandomStream.At(FlipKey, (ulong)i) % (8 * (ulong)body.Length);
            body[(int)(bit / 8)] ^= (byte)(1 << (int)(bit % 8));
        }
    }

    /// <summary>A signal as descriptors carry it.</summary>
    /// <param name="dbm">Any.</param>
    public static sbyte ToSignal(float dbm) => (sbyte)Math.Clamp(MathF.Round(dbm), -127, 20);
}
