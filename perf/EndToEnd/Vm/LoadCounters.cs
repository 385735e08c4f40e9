using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>What the daemon and two guests counted up to a moment, or between two.</summary>
/// <param name="DoorbellsToGuests">Rung at the two: interrupts.</param>
/// <param name="HostDrops">Frames that the daemon dropped, of any VM.</param>
/// <param name="EngineBytes">Managed heap that the engine's loop took.</param>
/// <param name="Wakes">Times the engine woke up.</param>
/// <param name="Injectors">Of the guests on the user path.</param>
/// <param name="Modules">Of the guests on the kernel path.</param>
internal sealed record LoadCounters(
    long Frames, long DoorbellsToHost, long DoorbellsToGuests, long HostDrops, double EngineBytes, long Wakes,
    IReadOnlyList<InjectorCounters> Injectors, IReadOnlyList<ModuleCounters> Modules)
{
    /// <summary>Doorbells of both directions, by frame.</summary>
    public double DoorbellsAFrame => PerFrame(DoorbellsToHost + DoorbellsToGuests);

    /// <summary>Frames that the daemon dropped, or that found a guest's ring full.</summary>
    public long Drops => HostDrops + Injectors.Sum(injector => injector.TxDropped) + Modules.Sum(module => module.TxDropped);

    /// <summary>Statuses that came when hwsim had given the frame up, or had no buffer for them.</summary>
    public long LostStatuses => Injectors.Sum(injector => injector.StatusRefused) + Modules.Sum(module => module.StatusDropped);

    /// <summary>Bytes that the engine's loop allocated, by frame.</summary>
    public double EngineBytesAFrame => PerFrame(EngineBytes);

    /// <summary>Wake-ups of the engine, by frame.</summary>
    public double WakesAFrame => PerFrame(Wakes);

    /// <summary>System calls by frame that passed an injector, of the one with most.</summary>
    public double SystemCallsAFrame => Injectors.Max(injector => PerFrame(injector.SystemCalls, injector));

    /// <summary>Bytes allocated by frame that passed an injector, of the one with most.</summary>
    public double InjectorBytesAFrame => Injectors.Max(injector => PerFrame(injector.AllocatedBytes, injector));

    /// <summary>Interrupts by frame that passed a module, of the one with most.</summary>
    public double InterruptsAFrame => Modules.Max(module => PerFrame(module.Interrupts, module));

    /// <summary>Runs over the rings by frame that passed a module, of the one with most.</summary>
    public double PollsAFrame => Modules.Max(module => PerFrame(module.Polls, module));

    /// <summary>The counters now.</summary>
    public static async Task<LoadCounters> TakeAsync(MediumProcess medium, VmPair pair, CancellationToken cancellation)
    {
        var injectors = new List<InjectorCounters>();
        var modules = new List<ModuleCounters>();
        foreach (var vm in pair.Ends)
        {
            if (vm.Spec.Path == FramePath.Kernel)
                modules.Add((await ModuleStatistics.TakeAsync(vm.Guest, cancellation)).Counters);
            else if (vm.Spec.Path == FramePath.User)
                injectors.Add((await InjectorStatistics.TakeAsync(vm.Guest, cancellation)).Counters);
        }

        return Of(await medium.StatisticsAsync(cancellation), [.. pair.Ends.Select(vm => vm.Name)], injectors, modules);
    }

    /// <summary>From what the programs tell.</summary>
    /// <param name="ends">Names of the two VMs.</param>
    internal static LoadCounters Of(
        MediumStatistics medium, IReadOnlyList<string> ends, IReadOnlyList<InjectorCounters> injectors, IReadOnlyList<ModuleCounters> modules)
    {
        var totals = medium.Medium;
        var vms = medium.Vms.Where(vm => ends.Contains(vm.Name)).ToList();
        return new LoadCounters(
            vms.Sum(vm => vm.TxFrames),
            vms.Sum(vm => vm.GuestDoorbells),
            vms.Sum(vm => vm.Doorbells),
            totals.Dropped ?? 0,
            (totals.AllocatedBytesPerFrame * totals.Frames) ?? 0,
            totals.Sleeps ?? 0,
            injectors,
            modules);
    }

    /// <summary>What was counted since an earlier moment.</summary>
    public LoadCounters Since(LoadCounters before) => new(
        Frames - before.Frames,
        DoorbellsToHost - before.DoorbellsToHost,
        DoorbellsToGuests - before.DoorbellsToGuests,
        HostDrops - before.HostDrops,
        Math.Round(EngineBytes - before.EngineBytes), // the daemon tells it by frame
        Wakes - before.Wakes,
        [.. Injectors.Zip(before.Injectors, (now, then) => new InjectorCounters(
            now.TxFrames - then.TxFrames,
            now.TxDropped - then.TxDropped,
            now.RxFrames - then.RxFrames,
            now.Doorbells - then.Doorbells,
            now.SystemCalls - then.SystemCalls,
            now.AllocatedBytes - then.AllocatedBytes,
            now.StatusRefused - then.StatusRefused))],
        [.. Modules.Zip(before.Modules, (now, then) => new ModuleCounters(
            now.TxFrames - then.TxFrames,
            now.TxDropped - then.TxDropped,
            now.RxFrames - then.RxFrames,
            now.RxRefused - then.RxRefused,
            now.RxInvalid - then.RxInvalid,
            now.Doorbells - then.Doorbells,
            now.Interrupts - then.Interrupts,
            now.Polls - then.Polls,
            now.StatusDropped - then.StatusDropped))]);

    private static double PerFrame(long count, InjectorCounters injector) => count / (double)Math.Max(1, injector.TxFrames + injector.RxFrames);

    private static double PerFrame(long count, ModuleCounters module) => count / (double)Math.Max(1, module.TxFrames + module.RxFrames);

    private double PerFrame(double count) => count / Math.Max(1, Frames);
}
