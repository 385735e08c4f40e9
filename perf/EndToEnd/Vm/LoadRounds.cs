using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Report;
using ShmWifi.Lab.Topologies;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>What a load cost in doorbells, system calls, interrupts, allocations and CPU time, round by round.</summary>
/// <param name="pair">The load passes between the two.</param>
internal sealed class LoadRounds(string group, MediumProcess medium, VmPair pair)
{
    private readonly List<LoadCounters> _rounds = [];
    private readonly Rounds _daemonUs = new();

    /// <summary>Frames dropped in all rounds.</summary>
    public long Drops => _rounds.Sum(round => round.Drops);

    /// <summary>Reads the counters around a load.</summary>
    public async Task<T> MeasureAsync<T>(Func<Task<T>> load, CancellationToken cancellation)
    {
        var meter = CpuMeter.Of(medium.ProcessIds);
        var before = await LoadCounters.TakeAsync(medium, pair, cancellation);
        await meter.StartAsync();
        var result = await load();
        await meter.StopAsync();
        var cost = (await LoadCounters.TakeAsync(medium, pair, cancellation)).Since(before);
        _rounds.Add(cost);
        _daemonUs.Add(meter.Used.TotalMicroseconds / Math.Max(1, cost.Frames));
        return result;
    }

    /// <summary>Adds the rows without goals.</summary>
    public void Tell(Results results, string load)
    {
        results.Add(Of(cost => cost.DoorbellsAFrame).Tell(group, $"doorbells a frame, {load}", "1"));
        if (HasVirtqueues)
            results.Add(Of(cost => cost.WakesAFrame).Tell(group, $"wake-ups of the engine a frame, {load}", "1"));
        if (HasInjectors)
            results.Add(Of(cost => cost.SystemCallsAFrame).Tell(group, $"system calls a frame in the injector, {load}", "1"));
        TellParts(results, load);
    }

    /// <summary>Adds the rows, judged by the goals for a load.</summary>
    public void Judge(Results results, string load)
    {
        var doorbells = Of(cost => cost.DoorbellsAFrame);
        if (HasVirtqueues)
        {
            var wakes = Of(cost => cost.WakesAFrame);
            results.Add(wakes.Judge(group, $"wake-ups of the engine a frame under load, {load}", "1", "< 0.1", wakes.Median < 0.1));
            results.Add(doorbells.Tell(group, $"interrupts of the guests a frame under load, {load}", "1"));
        }
        else
        {
            results.Add(doorbells.Judge(group, $"doorbells a frame under load, {load}", "1", "< 0.05", doorbells.Median < 0.05));
        }
        if (HasInjectors)
        {
            var systemCalls = Of(cost => cost.SystemCallsAFrame);
            results.Add(systemCalls.Judge(group, $"system calls a frame in the injector under load, {load}", "1", "< 0.3", systemCalls.Median < 0.3));
        }

        var engineBytes = Of(cost => cost.EngineBytesAFrame);
        results.Add(engineBytes.Judge(group, $"allocation in the engine loop a frame, {load}", "B", "0", engineBytes.Median == 0));
        if (HasInjectors)
        {
            var injectorBytes = Of(cost => cost.InjectorBytesAFrame);
            results.Add(injectorBytes.Judge(group, $"allocation in the injector loop a frame, {load}", "B", "0", injectorBytes.Median == 0));
        }

        TellParts(results, load);
    }

    private void TellParts(Results results, string load)
    {
        results.Add(
            Of(cost => cost.DoorbellsToHost / (double)Math.Max(1, cost.Frames)).Tell(group, $"doorbells a frame, guest to host, {load}", "1"));
        results.Add(
            Of(cost => cost.DoorbellsToGuests / (double)Math.Max(1, cost.Frames)).Tell(group, $"doorbells a frame, host to guest, {load}", "1"));
        if (HasModules)
        {
            results.Add(Of(cost => cost.InterruptsAFrame).Tell(group, $"interrupts a frame in the module, {load}", "1"));
            results.Add(Of(cost => cost.PollsAFrame).Tell(group, $"polls a frame in the module, {load}", "1"));
        }

        results.Add(Of(cost => cost.Drops).Tell(group, $"drops in the rings, {load}", "frames"));
        results.Add(_daemonUs.Tell(group, $"CPU time of the daemon a frame, {load}", "µs"));
        if (!HasInjectors && !HasModules)
            return;
        results.Add(Of(cost => cost.LostStatuses)
            .Tell(group, HasInjectors ? $"statuses too late for hwsim, {load}" : $"statuses dropped by the module, {load}", "frames"));
    }

    private bool HasVirtqueues => pair.Ends.All(vm => vm.Spec.Path == FramePath.Virtio);

    private bool HasInjectors => _rounds[0].Injectors.Count > 0;

    private bool HasModules => _rounds[0].Modules.Count > 0;

    private Rounds Of(Func<LoadCounters, double> figure)
    {
        var rounds = new Rounds();
        foreach (var cost in _rounds)
            rounds.Add(figure(cost));
        return rounds;
    }
}
