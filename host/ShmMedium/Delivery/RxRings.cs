using System.Runtime.CompilerServices;
using ShmWifi.Configuration;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Latency;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>The RX rings of all ports: descriptors are published together, and taken back when guests are done with them.</summary>
internal sealed unsafe class RxRings(MediumClock clock)
{
    private readonly Port[] _unpublished = new Port[DaemonConfiguration.MaxPorts];
    private readonly LateLatencies _lateLatencies = new();
    private int _unpublishedCount;

    /// <summary>Some port may have descriptors that were not taken back; false: none has.</summary>
    public bool IsAnyOutstanding { get; set; }

    /// <summary>Whether a port has room for a message that is no frame; looks once more at what the guest gave back.</summary>
    public bool HasRoomForMessage(Port port) => port.HasRoomForStatus || (Reclaim(port) && port.HasRoomForStatus);

    /// <summary>Whether a port has room for a frame; looks once more at what the guest gave back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasRoomForFrame(Port port, Port sender) => port.HasRoomForFrame(sender) || (Reclaim(port) && port.HasRoomForFrame(sender));

    /// <summary>Whether a port's pool has a place for a frame; looks once more at what the guest gave back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasPlaceForFrame(Port port, Port sender) => port.HasPlaceForFrame(sender) || (Reclaim(port) && port.HasPlaceForFrame(sender));

    /// <summary>Remembers that a port has a new descriptor to be published.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PublishLater(Port port)
    {
        if (port.PendingRx == 1)
            _unpublished[_unpublishedCount++] = port;
        IsAnyOutstanding = true;
    }

    /// <summary>Publishes the ports' new descriptors, and interrupts the guests that asked for that.</summary>
    public void Publish()
    {
        if (_unpublishedCount == 0)
            return;
        ulong nowNs = (ulong)clock.MonotonicNs; // one reading for all: it takes as long as a receiver's part of a broadcast
        for (int i = 0; i < _unpublishedCount; i++)
        {
            var port = _unpublished[i];
            if (port.PublishRx(nowNs))
                port.RingDoorbell();
            else
                port.Rings.Count(HostCounter.DoorbellsSuppressed);
        }
        _unpublishedCount = 0;
    }

    /// <summary>Takes back what a guest is done with, and learns from its stamps how long each frame took.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public bool Reclaim(Port port, long nowNs)
    {
        if (port.IsFaulted || port.IsRetired || port.OutstandingRx == 0)
            return false;
        // In a shared region another guest may have scribbled the words that the ring started from: only our own count bounds the loop.
        bool isRead = port.Rings.Rx.RefreshHead();
        uint head = port.Rings.Rx.Head;
        uint first = port.ReclaimedRx;
        if (!isRead || head - first > port.OutstandingRx)
        {
            port.BreakOff(PortFault.RxHead);
            return false;
        }
        var latencies = new BatchLatency(_lateLatencies);
        for (uint index = first; index != head; index++)
        {
            if (port.ReclaimNext() is not { } sender)
                continue;
            ulong injectedNs = port.Rings.InjectedNs(index);
            if (injectedNs == Abi.DoneRefused)
            {
                port.MarkRefused(index);
                injectedNs = 0;
            }
            var descriptor = port.Rings.Descriptor(index);
            var stamps = new FrameStamps(descriptor->CapturedNs, descriptor->TakenNs, descriptor->PostedNs, injectedNs);
            if (port.LatencyFrom[sender.Id] is { } latency)
                latencies.Record(latency, in stamps);
            else
                _lateLatencies.AddFirst(port.LatencyFrom, sender.Id, in stamps);
        }
        latencies.End();
        if (first == head)
            return false;
        port.ReclaimedAtNs = port.HeardAtNs = nowNs;
        port.IsStalled = false;
        return true;
    }

    private bool Reclaim(Port port) => Reclaim(port, clock.MonotonicNs);

    /// <summary>Takes everything back from a guest that is served no more.</summary>
    public static void ReclaimAll(Port port)
    {
        while (port.OutstandingRx != 0)
            port.ReclaimNext();
    }

    /// <summary>Records the latencies whose histograms had to be made or to grow; may allocate, so between two rounds.</summary>
    public void SettleLatencies()
    {
        if (_lateLatencies.Any)
            _lateLatencies.Settle();
    }
}
