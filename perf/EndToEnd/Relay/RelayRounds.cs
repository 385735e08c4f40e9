using ShmWifi.Lab;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>The rounds of a group without VMs.</summary>
internal static class RelayRounds
{
    /// <summary>Takes all measurements in turns, round by round, and tells what they gave.</summary>
    /// <param name="group">Its name, for the progress.</param>
    public static void Run(string group, IReadOnlyList<IRelayMeasurement> measurements, BenchOptions options, Results results, Progress progress,
        CancellationToken cancellation)
    {
        int rounds = options.IsQuick ? 1 : options.Rounds;
        for (int round = 1; round <= rounds; round++)
        {
            foreach (var measurement in measurements)
            {
                progress.Now($"{group}: round {round} of {rounds}, {measurement.Name}");
                measurement.RunRound(cancellation);
            }
            progress.Done($"{group}: round {round} of {rounds}");
        }
        foreach (var measurement in measurements)
            measurement.Report(results);
    }
}
