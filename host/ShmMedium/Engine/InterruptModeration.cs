using ShmWifi.Linux;
using Tmds.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>How the engine waits while frames come in streams: it sleeps for a moment with the rings unarmed, so that nobody has to ring.</summary>
/// <remarks>
/// A doorbell stops a virtual CPU for longer than it takes to send several frames. A network card moderates its interrupts for the same reason.
/// Single frames (a ping, a handshake) never make a stream, and so never wait for a sleep.
/// </remarks>
internal sealed unsafe class InterruptModeration
{
    private const uint StreamBatch = 4; // so many frames of one VM at once are a stream
    private const long StreamNs = 10_000_000; // so long after its last batch it may still go on; TCP between VMs under TCG: a batch every 4 ms
    private const long SleepNs = 200_000; // measured: docs/performance.md

    private long _streamUntilNs;

    /// <summary>Whether a stream passes.</summary>
    public bool IsStreaming => MonotonicClock.NowNs < _streamUntilNs;

    /// <summary>Frames of one VM were taken.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void OnTaken(uint frames, long nowNs)
    {
        if (frames >= StreamBatch)
            _streamUntilNs = nowNs + StreamNs;
    }

    /// <summary>Sleeps briefly.</summary>
    public static void Sleep(long atMostNs)
    {
        var sleep = new timespec { tv_nsec = (int)Math.Min(SleepNs, atMostNs) };
        _ = clock_nanosleep(CLOCK_MONOTONIC, 0, &sleep, null);
    }
}
