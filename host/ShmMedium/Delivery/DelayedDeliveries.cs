using System.Runtime.InteropServices;
using ShmWifi.ShmMedium.Medium;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>A frame that a radio receives later, as an injected fault delays it.</summary>
/// <param name="Handle">Of <see cref="HeldFrames"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DelayedDelivery(int Handle, Reception Reception);

/// <summary>Frames that radios receive later, by time; of the same time in the order that they were added.</summary>
internal sealed class DelayedDeliveries
{
    private readonly PriorityQueue<DelayedDelivery, (long DueNs, long Order)> _queue = new();
    private long _order;

    /// <summary>When the next is due, ns of the medium's clock; <see cref="long.MaxValue"/>: there is none.</summary>
    public long NextNs => _queue.TryPeek(out _, out (long DueNs, long) next) ? next.DueNs : long.MaxValue;

    /// <summary>Adds one.</summary>
    /// <param name="dueNs">When, ns of the medium's clock.</param>
    public void Add(long dueNs, in DelayedDelivery delivery) => _queue.Enqueue(delivery, (dueNs, _order++));

    /// <summary>Takes one that is due.</summary>
    /// <param name="nowNs">ns of the medium's clock.</param>
    public bool TryTake(long nowNs, out DelayedDelivery delivery)
    {
        delivery = default;
        return NextNs <= nowNs && _queue.TryDequeue(out delivery, out _);
    }
}
