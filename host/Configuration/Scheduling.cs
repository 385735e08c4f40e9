namespace ShmWifi.Configuration;

/// <summary>How the engine's thread competes with VMs and others for a core.</summary>
public enum Scheduling
{
    /// <summary>As any thread. Written <c>normal</c>.</summary>
    Normal,

    /// <summary>Before all that is not real-time: SCHED_FIFO with the lowest priority. Written <c>realtime</c>.</summary>
    Realtime,
}
