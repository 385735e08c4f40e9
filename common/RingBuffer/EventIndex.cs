namespace ShmWifi.RingBuffer;

/// <summary>Doorbell suppression by event index.</summary>
/// <remarks>Source: virtio 1.2, 2.7.10 (VIRTIO_F_EVENT_IDX); linux include/uapi/linux/virtio_ring.h, vring_need_event. Here with 32 bits.</remarks>
public static class EventIndex
{
    /// <summary>Whether moving an index from <paramref name="old"/> to <paramref name="now"/> passes the slot <paramref name="wanted"/>.</summary>
    /// <param name="wanted">The event index that the peer wrote: the first slot that it wants to learn of.</param>
    /// <param name="old">The index before.</param>
    /// <param name="now">The index after.</param>
    public static bool IsCrossed(uint wanted, uint old, uint now) => now - wanted - 1 < now - old;
}
