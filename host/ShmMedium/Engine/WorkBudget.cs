using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>How much is done for a VM before the next one's turn: deficit round robin, by work and not by slots.</summary>
/// <remarks>A unit is a slot that is taken, or a receiver that is posted to. What was done too much is owed to the next rounds: a broadcast
/// to a thousand radios is not cut.
/// Source: Shreedhar and Varghese, Efficient Fair Queuing Using Deficit Round Robin, IEEE/ACM ToN 4(3), 1996.</remarks>
internal static class WorkBudget
{
    /// <summary>Units a turn: a batch of frames for a few receivers each, or 16 broadcasts to 63; some 50 us at most.</summary>
    /// <remarks>With fewer, a round with many receivers costs more than its frames.</remarks>
    public const int Quantum = 1024;

    /// <summary>What the cheapest unit takes, an empty slot, ns.</summary>
    public const int UnitNs = 12;

    private const int MostCharged = 4 * Quantum; // the rest was somebody else's: another process had the core

    /// <summary>Begins a VM's turn.</summary>
    /// <param name="ready">Slots that it has ready.</param>
    /// <returns>False: nothing is ready, or it owes still more than it gets.</returns>
    public static bool TryBegin(Port port, uint ready)
    {
        port.Credit = Math.Min(port.Credit + Quantum, ready == 0 ? 0 : Quantum);
        return ready != 0 && port.Credit > 0;
    }

    /// <summary>Charges a VM for what took a measured time.</summary>
    public static void Charge(Port port, long ns) => port.Credit -= (int)Math.Min(ns / UnitNs, MostCharged);
}
