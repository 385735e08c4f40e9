using ShmWifi.Lab.Report;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>How long frames were under way from their sender's service.</summary>
internal sealed class FrameLatencies
{
    /// <summary>Has room for frames without allocating.</summary>
    public FrameLatencies(int frames)
    {
        ToRing.Reserve(frames);
        ToService.Reserve(frames);
    }

    /// <summary>Until the medium posted them to their receiver: the medium's part.</summary>
    public Latencies ToRing { get; } = new();

    /// <summary>Until their receiver's service had them: with its wake-up, which is the machine's.</summary>
    public Latencies ToService { get; } = new();

    /// <summary>Adds a frame, as a <see cref="FrameListener"/>.</summary>
    public void Add(in RxDescriptor frame, ulong nowNs)
    {
        ToRing.Add((long)(frame.PostedNs - frame.CapturedNs));
        ToService.Add((long)(nowNs - frame.CapturedNs));
    }

    /// <summary>Adds those of another round.</summary>
    public void Add(FrameLatencies round)
    {
        ToRing.Add(round.ToRing);
        ToService.Add(round.ToService);
    }
}
