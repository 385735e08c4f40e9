using ShmWifi.Medium.Telemetry;

namespace ShmWifi.Medium.Engine;

/// <summary>What the engine counts of itself; one writer.</summary>
public sealed class EngineCounters
{
    /// <summary>Bytes that rounds allocated. Commands (a VM comes or goes) are not rounds.</summary>
    public long AllocatedBytes { get; internal set; }

    /// <summary>Times the engine went to sleep.</summary>
    public long Sleeps { get; internal set; }

    /// <summary>Sums of the VMs that went.</summary>
    public MediumTotals Departed { get; internal set; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
