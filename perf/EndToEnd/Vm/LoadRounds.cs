using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>What a load cost in doorbells, system calls and allocations, round by round.</summary>
/// <param name="lab">The load passes between its <see cref="VmLab.Ends"/>.</param>
internal sealed class LoadRounds(VmLab lab)
{
    private readonly Rounds _doorbells = new();
    private readonly Rounds _doorbellsToHost = new();
    private readonly Rounds _doorbellsToGuests = new();
    private readonly Rounds _systemCalls = new();
    private readonly Rounds _engineBytes = new();
    private readonly Rounds _injectorBytes = new();
    private readonly Rounds _drops = new();
    private readonly Rounds _lateStatuses = new();

    /// <summary>Frames dropped in all rounds.</summary>
    public long Drops { get; private set; }

    /// <summary>Reads the counters around a load.</summary>
    /// <param name="load">The load.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What the load returns.</returns>
    public async Task<T> MeasureAsync<T>(Func<Task<T>> load, CancellationToken cancellation)
    {
        var before = await LoadCounters.TakeAsync(lab, cancellation);
        var result = await load();
        var cost = (await LoadCounters.TakeAsync(lab, cancellation)).Since(before);
        _doorbells.Add(cost.DoorbellsAFrame);
        _doorbellsToHost.Add(cost.DoorbellsToHost / (double)Math.Max(1, cost.Frames));
        _doorbellsToGuests.Add(cost.DoorbellsToGuests / (double)Math.Max(1, cost.Frames));
        _systemCalls.Add(cost.SystemCallsAFrame);
        _engineBytes.Add(cost.EngineBytesAFrame);
        _injectorBytes.Add(cost.InjectorBytesAFrame);
        _drops.Add(cost.Drops);
        _lateStatuses.Add(cost.LateStatuses);
        Drops += cost.Drops;
        return result;
    }

    /// <summary>Adds the rows without goals.</summary>
    /// <param name="results">Where they go.</param>
    /// <param name="load">Names the load.</param>
    public void Tell(Results results, string load)
    {
        results.Add(_doorbells.Tell(VmGroup.GroupName, $"doorbells a frame, {load}", "1"));
        results.Add(_systemCalls.Tell(VmGroup.GroupName, $"system calls a frame in the injector, {load}", "1"));
        TellParts(results, load);
    }

    /// <summary>Adds the rows, judged by the goals for a load.</summary>
    /// <param name="results">Where they go.</param>
    /// <param name="load">Names the load.</param>
    public void Judge(Results results, string load)
    {
        results.Add(_doorbells.Judge(VmGroup.GroupName, $"doorbells a frame under load, {load}", "1", "< 0.05", _doorbells.Median < 0.05));
        results.Add(_systemCalls.Judge(VmGroup.GroupName, $"system calls a frame in the injector under load, {load}", "1", "< 0.3", _systemCalls.Median < 0.3));
        results.Add(_engineBytes.Judge(VmGroup.GroupName, $"allocation in the engine loop a frame, {load}", "B", "0", _engineBytes.Median == 0));
        results.Add(_injectorBytes.Judge(VmGroup.GroupName, $"allocation in the injector loop a frame, {load}", "B", "0", _injectorBytes.Median == 0));
        TellParts(results, load);
    }

    private void TellParts(Results results, string load)
    {
        results.Add(_doorbellsToHost.Tell(VmGroup.GroupName, $"doorbells a frame, guest to host, {load}", "1"));
        results.Add(_doorbellsToGuests.Tell(VmGroup.GroupName, $"doorbells a frame, host to guest, {load}", "1"));
        results.Add(_drops.Tell(VmGroup.GroupName, $"drops in the rings, {load}", "frames"));
        results.Add(_lateStatuses.Tell(VmGroup.GroupName, $"statuses too late for hwsim, {load}", "frames"));
    }
}
