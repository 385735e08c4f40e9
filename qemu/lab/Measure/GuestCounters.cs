using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Lab.Measure;

/// <summary>What was counted in a guest by that which moves its frames, on either path.</summary>
/// <param name="TxFrames">Frames taken from hwsim.</param>
/// <param name="TxDropped">Frames from hwsim that the ring had no room for.</param>
/// <param name="RxFrames">Frames given to hwsim.</param>
internal sealed record GuestCounters(long TxFrames, long TxDropped, long RxFrames, long Doorbells)
{
    /// <summary>Reads them in a guest.</summary>
    /// <param name="guest">Of a VM with radios on the lab's medium.</param>
    public static async Task<GuestCounters> TakeAsync(GuestExecutor guest, FramePath path, CancellationToken cancellation)
    {
        if (path == FramePath.Kernel)
        {
            var module = (await ModuleStatistics.TakeAsync(guest, cancellation)).Counters;
            return new GuestCounters(module.TxFrames, module.TxDropped, module.RxFrames, module.Doorbells);
        }

        var injector = (await InjectorStatistics.TakeAsync(guest, cancellation)).Counters;
        return new GuestCounters(injector.TxFrames, injector.TxDropped, injector.RxFrames, injector.Doorbells);
    }
}
