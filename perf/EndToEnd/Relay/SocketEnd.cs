using ShmWifi.Linux;
using ShmWifi.Tests.Support;
using static Tmds.Linux.LibC;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>A station behind a relay of sockets.</summary>
internal abstract unsafe class SocketEnd(byte station) : RelayEnd(station)
{
    /// <inheritdoc/>
    public sealed override int Receive(int most, Waiting waiting)
    {
        int frames = 0;
        while (frames < most && TryReceive(frames == 0 ? waiting : Waiting.Not, out byte* frame, out int length))
        {
            RelayFrame.Check(frame, length, Expected++);
            LatestLength = length;
            frames++;
        }
        return frames;
    }

    /// <inheritdoc/>
    public sealed override int Discard()
    {
        int frames = 0;
        while (TryReceive(Waiting.Not, out _, out _))
            frames++;
        return frames;
    }

    /// <summary>Takes the next frame.</summary>
    /// <param name="waiting">Whether to sleep until one comes.</param>
    /// <param name="frame">Where it is, until the next call.</param>
    /// <param name="length">Its bytes.</param>
    /// <returns>False when none is there, and none was to be waited for.</returns>
    protected abstract bool TryReceive(Waiting waiting, out byte* frame, out int length);

    /// <summary>Tells what a receive that brought nothing means: after the error EAGAIN, whether to try again.</summary>
    protected bool MayRetry(Waiting waiting)
    {
        if (errno != EAGAIN)
            throw new LibCException("receive from the relay");
        if (waiting == Waiting.WithinDeadline)
            throw NothingCame();
        return waiting == Waiting.ForEver;
    }
}
