using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>What the daemon and the injectors counted up to a moment, or between two.</summary>
/// <param name="Frames">Frames that radios sent.</param>
/// <param name="DoorbellsToHost">Rung by guests.</param>
/// <param name="DoorbellsToGuests">Rung at guests: interrupts.</param>
/// <param name="HostDrops">Frames that the daemon dropped.</param>
/// <param name="EngineBytes">Managed heap that the engine's loop took.</param>
/// <param name="Injectors">Those of the VMs that carried the load.</param>
internal sealed record LoadCounters(
    long Frames, long DoorbellsToHost, long DoorbellsToGuests, long HostDrops, double EngineBytes, IReadOnlyList<InjectorCounters> Injectors)
{
    /// <summary>Doorbells of both directions, by frame.</summary>
    public double DoorbellsAFrame => PerFrame(DoorbellsToHost + DoorbellsToGuests);

    /// <summary>Frames that the daemon dropped, or that found a guest's ring full.</summary>
    public long Drops => HostDrops + Injectors.Sum(injector => injector.TxDropped);

    /// <summary>Frames that hwsim had given up when their status came.</summary>
    public long LateStatuses => Injectors.Sum(injector => injector.StatusRefused);

    /// <summary>Bytes that the engine's loop allocated, by frame.</summary>
    public double EngineBytesAFrame => PerFrame(EngineBytes);

    /// <summary>System calls by frame that passed an injector, of the one with most.</summary>
    public double SystemCallsAFrame => Injectors.Max(injector => PerFrame(injector.SystemCalls, injector));

    /// <summary>Bytes allocated by frame that passed an injector, of the one with most.</summary>
    public double InjectorBytesAFrame => Injectors.Max(injector => PerFrame(injector.AllocatedBytes, injector));

    /// <summary>The counters now.</summary>
    /// <param name="lab">Its daemon, and the injectors of its <see cref="VmLab.Ends"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<LoadCounters> TakeAsync(VmLab lab, CancellationToken cancellation)
    {
        var injectors = new List<InjectorCounters>();
        foreach (var vm in lab.Ends)
            injectors.Add((await InjectorStatistics.TakeAsync(vm, cancellation)).Counters);
        return Of(await lab.Medium.StatisticsAsync(cancellation), injectors);
    }

    /// <summary>From what the programs tell.</summary>
    /// <param name="medium">The daemon.</param>
    /// <param name="injectors">The injectors.</param>
    internal static LoadCounters Of(MediumStatistics medium, IReadOnlyList<InjectorCounters> injectors)
    {
        var totals = medium.Medium;
        return new LoadCounters(
            totals.Frames ?? 0,
            medium.Vms.Sum(vm => vm.GuestDoorbells),
            medium.Vms.Sum(vm => vm.Doorbells),
            totals.Dropped ?? 0,
            (totals.AllocatedBytesPerFrame * totals.Frames) ?? 0,
            injectors);
    }

    /// <summary>What was counted since an earlier moment.</summary>
    /// <param name="before">The counters of that moment.</param>
    public LoadCounters Since(LoadCounters before) => new(
        Frames - before.Frames,
        DoorbellsToHost - before.DoorbellsToHost,
        DoorbellsToGuests - before.DoorbellsToGuests,
        HostDrops - before.HostDrops,
        Math.Round(EngineBytes - before.EngineBytes), // the daemon tells it by frame
        [.. Injectors.Zip(before.Injectors, (now, then) => new InjectorCounters(
            now.TxFrames - then.TxFrames,
            now.TxDropped - then.TxDropped,
            now.RxFrames - then.RxFrames,
            now.Doorbells - then.Doorbells,
            now.SystemCalls - then.SystemCalls,
            now.AllocatedBytes - then.AllocatedBytes,
            now.StatusRefused - then.StatusRefused))]);

    private static double PerFrame(long count, InjectorCounters injector) => count / (double)Math.Max(1, injector.TxFrames + injector.RxFrames);

    private double PerFrame(double count) => count / Math.Max(1, Frames);
}
