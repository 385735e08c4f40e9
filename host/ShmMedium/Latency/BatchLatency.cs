using System.Runtime.InteropServices;

namespace ShmWifi.ShmMedium.Latency;

/// <summary>Records the latency of frames that one receiver gives back: what the frames of a batch have in common is recorded once for all.</summary>
/// <remarks>The host reads its clock once when it takes a batch and once when it posts it, so its own hop is the same for a batch's frames.</remarks>
[StructLayout(LayoutKind.Auto)]
internal struct BatchLatency(LateLatencies late)
{
    private LinkLatency? _link;
    private ulong _takenNs;
    private ulong _postedNs;
    private uint _frames;

    /// <summary>Records one frame.</summary>
    public void Record(LinkLatency link, in FrameStamps stamps)
    {
        if (link != _link || stamps.TakenNs != _takenNs || stamps.PostedNs != _postedNs)
        {
            End();
            (_link, _takenNs, _postedNs) = (link, stamps.TakenNs, stamps.PostedNs);
        }
        _frames++;
        link.RecordInGuests(in stamps, late);
    }

    /// <summary>Records what is still open.</summary>
    public void End()
    {
        _link?.RecordInHost(_takenNs, _postedNs, _frames, late);
        (_link, _frames) = (null, 0);
    }
}
