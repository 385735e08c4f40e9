namespace ShmWifi.ShmMedium.Engine;

/// <summary>What the engine counts of itself; one writer.</summary>
internal sealed class EngineCounters
{
    /// <summary>Bytes that rounds allocated for frames; what a VM or a radio that comes or goes costs is left out.</summary>
    public long AllocatedBytes { get; internal set; }

    /// <summary>Bytes allocated since the start for what is no frame: radios that come or go, scheduled changes, faults.</summary>
    internal long ControlAllocatedBytes { get; set; }

    /// <summary>Receptions that another host decided on and that no radio here could have: it is gone, or on another channel.</summary>
    public long Disagreements { get; internal set; }

    /// <summary>Times the engine went to sleep.</summary>
    public long Sleeps { get; internal set; }
}
