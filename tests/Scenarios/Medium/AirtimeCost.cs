using ShmWifi.Lab.Report;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>What <c>timing: airtime</c> costs with 1,000 radios on 20 saturated channels: CPU time of the contention model alone.</summary>
internal sealed class AirtimeCost : IScenario
{
    private const int Repetitions = 5;
    private const double MostOfACore = 0.5;

    /// <inheritdoc/>
    public string Name => "airtime-cost";

    /// <inheritdoc/>
    public string Description =>
        "1,000 radios on 20 saturated channels cost at most half a core, and no allocation; a frame of an A-MPDU costs less than one alone";

    /// <inheritdoc/>
    public bool NeedsVms => false;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => OwnThread.RunAsync(Name, () =>
    {
        Measure(run, "channels told", haveSent: true, areTold: true);
        Measure(run, "channels unknown, all have sent", haveSent: true, areTold: false);
        Measure(run, "channels unknown, most only listened", haveSent: false, areTold: false);
        Compare(run);
    });

    /// <summary>A-MPDU beside single frames of the same rate, in turns.</summary>
    private static void Compare(ScenarioRun run)
    {
        SaturatedChannels[] both =
        [
            new SaturatedChannels(haveSent: true, areTold: true, ChannelTraffic.Ht),
            new SaturatedChannels(haveSent: true, areTold: true, ChannelTraffic.HtAggregated),
        ];
        var time = TimeSpan.FromSeconds(run.Options.IsQuick ? 0.2 : 1);
        var ratios = new List<double>(Repetitions);
        for (int round = -1; round < Repetitions; round++)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            double[] costs = [.. both.Select(channels =>
            {
                (long acked, var start) = (channels.Acked, Environment.CpuUsage.TotalTime);
                channels.Run(time);
                return (Environment.CpuUsage.TotalTime - start).TotalMicroseconds / (channels.Acked - acked);
            })];
            if (round < 0)
                continue; // the compilers' time
            ratios.Add(costs[1] / costs[0]);
        }
        run.Judge("A-MPDU: CPU time a frame, of that of a frame alone", "1", Rounds.MedianOf(ratios), null, 1);
    }

    /// <summary>CPU time of the process, not of the wall: others may use the machine meanwhile.</summary>
    private static void Measure(ScenarioRun run, string radios, bool haveSent, bool areTold)
    {
        var channels = new SaturatedChannels(haveSent, areTold);
        var time = TimeSpan.FromSeconds(run.Options.IsQuick ? 0.5 : 2);
        channels.Run(2 * time); // the compilers' time
        var used = new List<double>(Repetitions);
        (long acked, long received) = (channels.Acked, channels.BeaconsReceived);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < Repetitions; round++)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            var start = Environment.CpuUsage.TotalTime;
            channels.Run(time);
            used.Add((Environment.CpuUsage.TotalTime - start) / time);
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        acked = channels.Acked - acked;
        run.Tell($"{radios}: frames acknowledged on a channel", "1/s", acked / (Repetitions * time.TotalSeconds * SaturatedChannels.Channels));
        run.Tell($"{radios}: beacons received", "1/s", (channels.BeaconsReceived - received) / (Repetitions * time.TotalSeconds));
        run.Judge($"{radios}: CPU time of medium time", "1", Rounds.MedianOf(used), null, MostOfACore);
        double allocatedAFrame = (double)allocated / acked;
        if (areTold)
            run.Judge($"{radios}: allocated a frame", "B", allocatedAFrame, 0, 0);
        else
            run.Tell($"{radios}: allocated a frame", "B", allocatedAFrame); // room for pairs on different channels, as the first collisions come
    }
}
