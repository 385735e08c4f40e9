using System.Runtime.InteropServices;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>Frames and bytes of a batch: the counters in the region are written once for all of them.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct FrameTally
{
    private uint _frames;
    private ulong _bytes;

    /// <summary>Counts a frame.</summary>
    public void Add(uint length)
    {
        _frames++;
        _bytes += length;
    }

    /// <summary>Adds them to the port's counters, and begins anew.</summary>
    public void AddTo(HostPort rings, HostCounter frames, HostCounter bytes)
    {
        if (_frames == 0)
            return;
        rings.Count(frames, _frames);
        rings.Count(bytes, _bytes);
        this = default;
    }
}
