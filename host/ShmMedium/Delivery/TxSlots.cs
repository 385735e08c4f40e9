using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>Gives TX slots back to their senders, oldest first, when nobody reads them any more.</summary>
/// <remarks>See docs/decisions/0004: slots go back in order, so one that is held stops its sender's whole ring.</remarks>
internal sealed class TxSlots(FrameTaps taps, MediumClock clock)
{
    /// <summary>Some port may have slots that were not given back; false: none has.</summary>
    public bool IsAnyHeld { get; set; }

    /// <summary>Gives back what can be, and gets slots free that somebody holds for too long.</summary>
    public void Release(Port[] ports)
    {
        Relieve(ports);
        IsAnyHeld = false;
        foreach (var port in ports)
        {
            if (port.Rings.Tx.Held == 0)
                continue;
            Release(port);
            IsAnyHeld |= port.Rings.Tx.Held != 0;
        }
    }

    private static void Release(Port port)
    {
        if (port.IsFaulted || port.IsRetired)
            return;
        uint head = port.Rings.Tx.Head;
        uint count = 0;
        while (count < port.Rings.Tx.Held && port.IsUnheld(head + count))
            count++;
        if (count != 0 && port.Rings.Tx.Release(count))
            port.RingDoorbell();
    }

    /// <summary>
    /// A receiver that holds a ring up and gives nothing back for <see cref="Port.StallNs"/> (its VM is paused, its service hangs, it is
    /// hostile) gets copies in place of all references, and no more references until it moves.
    /// </summary>
    private void Relieve(Port[] ports)
    {
        bool isAnyHeldUp = false;
        foreach (var port in ports)
        {
            if (port.IsHeldUpByTaps)
                taps.MoveFrom(port);
            isAnyHeldUp |= port.IsHeldUp;
        }
        if (!isAnyHeldUp)
            return;
        long now = clock.MonotonicNs;
        foreach (var port in ports)
        {
            if (port.HeldReferences != 0 && port.CheckStall(now))
                port.MoveReferencesToPool();
        }
    }
}
