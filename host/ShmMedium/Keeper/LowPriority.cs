using ShmWifi.Linux;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.ShmMedium.Keeper;

/// <summary>The calling thread runs only when nobody else wants the core (SCHED_IDLE), until this is disposed: sched(7).</summary>
internal sealed unsafe class LowPriority : IDisposable
{
    private const int Other = 0; // SCHED_OTHER
    private const int Idle = 5; // SCHED_IDLE

    private LowPriority() => Set(Idle);

    /// <summary>From now on.</summary>
    public static LowPriority Enter() => new();

    /// <inheritdoc/>
    public void Dispose() => Set(Other);

    private static void Set(int policy)
    {
        var parameter = default(sched_param);
        _ = sched_setscheduler(0, policy, &parameter); // where it may not be, it is as it is
    }
}
