using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>How much is done for a VM before the next one's turn: deficit round robin, by work and not by slots.</summary>
/// <remarks>A unit is a slot that is taken. What was done too much is owed to the next rounds: a broadcast to a thousand radios is not cut.
/// Source: Shreedhar and Varghese, Efficient Fair Queuing Using Deficit Round Robin, IEEE/ACM ToN 4(3), 1996.</remarks>
internal static class WorkBudget
{
    /// <summary>What the cheapest unit takes, an empty slot, ns.</summary>
    public const int UnitNs = 12;

    /// <summary>What posting a frame to one receiver takes, in units: 60 to 90 ns (<c>bench relay</c>).</summary>
    public const int Receiver = 6;

    private const int LeastQuantum = 256; // 3 us: with twice as much, round trips beside a VM that broadcasts take 2.7, not 2 times as long
    private const int QuantumAPort = 80; // a round looks at every port, for a few units each: a turn is to be worth much more than that
    private const int MostCharged = 4096; // the rest was somebody else's: another process had the core

    /// <summary>Begins a VM's turn.</summary>
    /// <param name="ready">Slots that it has ready.</param>
    /// <param name="ports">That a round looks at.</param>
    /// <returns>False: nothing is ready, or it owes still more than it gets.</returns>
    public static bool TryBegin(Port port, uint ready, int ports)
    {
        int quantum = Math.Max(LeastQuantum, QuantumAPort * ports);
        port.Credit = Math.Min(port.Credit + quantum, ready == 0 ? 0 : quantum);
        return ready != 0 && port.Credit > 0;
    }

    /// <summary>Charges a VM for what took a measured time.</summary>
    public static void Charge(Port port, long ns) => port.Credit -= (int)Math.Min(ns / UnitNs, MostCharged);
}
