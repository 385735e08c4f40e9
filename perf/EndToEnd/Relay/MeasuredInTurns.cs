using ShmWifi.Lab;
using ShmWifi.Lab.Processes;
using ShmWifi.Perf.EndToEnd.Report;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>A group without VMs: all its measurements are taken in turns, round by round.</summary>
/// <param name="started">What it starts, for the progress.</param>
internal abstract class MeasuredInTurns(string name, string description, string started) : IBenchGroup
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Description => description;

    /// <inheritdoc/>
    /// <remarks>
    /// On a thread of its own: the processes that it starts end with that thread, and no pool thread's work comes between.
    /// </remarks>
    public Task RunAsync(BenchOptions options, Results results, Progress progress, CancellationToken cancellation) =>
        OwnThread.RunAsync(name, () => Run(options, results, progress, cancellation));

    /// <summary>Starts what it measures.</summary>
    /// <param name="kept">Ends it afterwards, also what was started before one could not be.</param>
    protected abstract IReadOnlyList<IRelayMeasurement> Start(Cleanup kept, bool isQuick, CancellationToken cancellation);

    private void Run(BenchOptions options, Results results, Progress progress, CancellationToken cancellation)
    {
        using var kept = new Cleanup();
        progress.Now($"{name}: starting {started}");
        var measurements = Start(kept, options.IsQuick, cancellation);
        int rounds = options.IsQuick ? 1 : options.Rounds;
        for (int round = 1; round <= rounds; round++)
        {
            foreach (var measurement in measurements)
            {
                progress.Now($"{name}: round {round} of {rounds}, {measurement.Name}");
                measurement.RunRound(cancellation);
            }
            progress.Done($"{name}: round {round} of {rounds}");
        }
        foreach (var measurement in measurements)
            measurement.Report(results);
    }
}
