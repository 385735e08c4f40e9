using System.Runtime.InteropServices;

namespace ShmWifi.Medium.Engine;

/// <summary>A frame that a radio gets later.</summary>
/// <param name="Ticket">Of <see cref="HeldFrames"/>.</param>
/// <param name="Hearer">Who.</param>
/// <param name="Hearing">How.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DelayedDelivery(int Ticket, Radio Hearer, Hearing Hearing);

/// <summary>Frames that radios get later, by time; of the same time in the order that they were added.</summary>
internal sealed class DelayedDeliveries
{
    private readonly PriorityQueue<DelayedDelivery, (long DueNs, long Order)> _queue = new();
    private long _order;

    /// <summary>When the next is due, ns of the air; <see cref="long.MaxValue"/>: there is none.</summary>
    public long NextNs => _queue.TryPeek(out _, out (long DueNs, long) next) ? next.DueNs : long.MaxValue;

    /// <summary>Adds one.</summary>
    /// <param name="dueNs">When, ns of the air.</param>
    /// <param name="delivery">What.</param>
    public void Add(long dueNs, in DelayedDelivery delivery) => _queue.Enqueue(delivery, (dueNs, _order++));

    /// <summary>Takes one that is due.</summary>
    /// <param name="nowNs">ns of the air.</param>
    /// <param name="delivery">It.</param>
    public bool TryTake(long nowNs, out DelayedDelivery delivery)
    {
        delivery = default;
        return NextNs <= nowNs && _queue.TryDequeue(out delivery, out _);
    }
}
