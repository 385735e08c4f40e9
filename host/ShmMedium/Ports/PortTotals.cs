using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.ShmMedium.Ports;

/// <summary>Counters of ports, added up.</summary>
/// <param name="Bytes">Bytes of them.</param>
/// <param name="Delivered">Frames posted to receivers; a broadcast counts once for each.</param>
/// <param name="Dropped">Frames not posted to a receiver, or not taken, for lack of room or sense.</param>
/// <param name="Doorbells">Doorbells rung, by host and guests.</param>
/// <param name="DoorbellsSuppressed">Doorbells to guests that event indices saved.</param>
/// <param name="BytesCopied">Payload bytes that the host copied.</param>
internal sealed record PortTotals(ulong Frames, ulong Bytes, ulong Delivered, ulong Dropped, ulong Doorbells, ulong DoorbellsSuppressed,
    ulong BytesCopied)
{
    /// <summary>Those of no port.</summary>
    public static PortTotals None { get; } = new(0, 0, 0, 0, 0, 0, 0);

    /// <summary>Why the host drops frames, as readings name it, and the counter.</summary>
    public static IReadOnlyList<(string Reason, HostCounter Counter)> Drops { get; } =
    [
        ("rxRingFull", HostCounter.DropRxRingFull),
        ("poolEmpty", HostCounter.DropPoolEmpty),
        ("txStatus", HostCounter.DropStatus),
        ("invalid", HostCounter.DropInvalid),
        ("mediumQueueFull", HostCounter.DropMediumQueueFull),
    ];

    /// <summary>With those of one port more.</summary>
    public PortTotals Add(Port port)
    {
        ArgumentNullException.ThrowIfNull(port);
        ulong dropped = 0;
        foreach ((_, var counter) in Drops)
            dropped += port.Rings.ReadCounter(counter);
        return new PortTotals(
            Frames + port.Rings.ReadCounter(HostCounter.TxFrames),
            Bytes + port.Rings.ReadCounter(HostCounter.TxBytes),
            Delivered + port.Rings.ReadCounter(HostCounter.RxFrames),
            Dropped + dropped,
            Doorbells + port.Rings.ReadCounter(HostCounter.Doorbells) + port.Rings.ReadCounter(GuestCounter.Doorbells),
            DoorbellsSuppressed + port.Rings.ReadCounter(HostCounter.DoorbellsSuppressed),
            BytesCopied + port.Rings.ReadCounter(HostCounter.CopiedBytes));
    }
}
