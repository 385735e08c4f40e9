using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.Engine;

/// <summary>scheduling: realtime.</summary>
internal static unsafe class RealtimeThread
{
    private const int Priority = 1; // the lowest of SCHED_FIFO: before all normal threads, and nothing else

    /// <summary>Makes the calling thread one; its children are normal.</summary>
    /// <exception cref="LibCException">Not permitted.</exception>
    public static void Enter()
    {
        var parameter = new sched_param { sched_priority = Priority };
        LibCException.ThrowIfFailed(sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameter), "make the engine's thread real-time");
    }
}
