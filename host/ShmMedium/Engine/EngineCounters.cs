namespace ShmWifi.Medium.Engine;

/// <summary>What the engine counts of itself; one writer.</summary>
public sealed class EngineCounters
{
    /// <summary>Bytes that rounds allocated for frames; what a VM or a radio that comes or goes costs is left out.</summary>
    public long AllocatedBytes { get; internal set; }

    /// <summary>Times the engine went to sleep.</summary>
    public long Sleeps { get; internal set; }
}
