using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Port;

/// <summary>The TX ring as its several writers share it: slots are filled one after the other and published together.</summary>
internal sealed unsafe class TxSlots(GuestPort port, PortDoorbell doorbell)
{
    /// <summary>Slots filled and not yet published.</summary>
    public uint Pending { get; private set; }

    /// <summary>Index of the next slot to fill.</summary>
    public uint Next => port.Tx.Tail + Pending;

    /// <summary>Whether a slot is free.</summary>
    public bool HasFree => port.Tx.HasFree(Pending + 1);

    /// <summary>How many slots are free, up to a limit.</summary>
    public uint CountFree(uint limit) =>
        port.Tx.HasFree(Pending + limit) ? limit : port.Tx.Length - port.Tx.InUse - Pending;

    /// <summary>Counts slots from <see cref="Next"/> on as filled.</summary>
    /// <param name="count">Not more than are free.</param>
    public void Commit(uint count) => Pending += count;

    /// <summary>Fills a slot that carries no frame.</summary>
    /// <param name="radio">Of which radio; 0 if of none.</param>
    /// <returns>The slot's header to complete, or null when the ring is full.</returns>
    public TxSlotHeader* TryAdd(RingKind kind, ushort radio)
    {
        if (!HasFree)
            return null;
        var slot = port.TxSlot(Next);
        *slot = new TxSlotHeader { Kind = kind, Radio = radio, Offset = Abi.SlotHeaderSize };
        Pending++;
        return slot;
    }

    /// <summary>Gives what was filled to the host, and rings if it sleeps.</summary>
    public void Publish()
    {
        if (Pending == 0)
            return;
        bool isAsked = port.Tx.Publish(Pending);
        Pending = 0;
        doorbell.Ring(isAsked);
    }
}
