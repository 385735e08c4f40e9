using ShmWifi.ShmMedium.Delivery;

namespace ShmWifi.ShmMedium.Capture;

/// <summary>Frames for one reader, from now on, on its own thread.</summary>
/// <param name="tap">Where a reader that is too slow loses frames of its own.</param>
/// <param name="unixFromNs">What makes the frames' times ones since 1970.</param>
/// <param name="stop">Has the engine show it nothing more.</param>
internal sealed class LiveFrames(FrameTap tap, long unixFromNs, Func<FrameTap, Task> stop) : IAsyncDisposable
{
    /// <summary>What the engine offers frames to.</summary>
    public FrameTap Tap => tap;

    /// <summary>What makes the frames' times ones since 1970.</summary>
    public long UnixFromMonotonicNs => unixFromNs;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop(tap);
        tap.Dispose();
    }
}
