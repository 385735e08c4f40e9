using ShmWifi.Dot11.Rates;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>What <see cref="Vms.Channels"/> shows, with VMs that are played and so have their queues full on a busy machine, too.</summary>
internal sealed class EngineChannels : IScenario
{
    private const int Channel1Mhz = 2412;
    private const int Channel11Mhz = 2462;
    private static readonly byte[] Stations = [1, 2, 3, 4];

    /// <inheritdoc/>
    public string Name => "channels-engine";

    /// <inheritdoc/>
    public string Description => "two pairs on channels 1 and 11 carry twice what one does, and share one channel, on the engine alone";

    /// <inheritdoc/>
    public bool NeedsVms => false;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => OwnThread.RunAsync(Name, () =>
    {
        using var medium = new SimulatedMedium(
            "timing: airtime\n", ("first", [Stations[0]]), ("one", [Stations[1]]), ("second", [Stations[2]]), ("two", [Stations[3]]));
        var time = TimeSpan.FromSeconds(run.Options.IsQuick ? 2 : 6);
        double alone = Measure(Pair("first", Stations[1], Channel1Mhz))[0];
        double[] twoChannels = Measure(Pair("first", Stations[1], Channel1Mhz), Pair("second", Stations[3], Channel11Mhz));
        double[] oneChannel = Measure(Pair("first", Stations[1], Channel1Mhz), Pair("second", Stations[3], Channel1Mhz));
        run.Tell("one pair on channel 1", "frames/s", alone);
        run.Judge("both on channels 1 and 11, of one pair", "1", twoChannels.Sum() / alone, 1.9, null);
        for (int i = 0; i < oneChannel.Length; i++)
            run.Judge($"pair {i + 1} of both on channel 1, of half of one pair", "1", oneChannel[i] / (alone / 2), 0.9, 1.1);

        Sender Pair(string vm, byte receiver, int freqMhz) =>
            new(medium[vm], medium[vm].Radios[0], receiver, new FrameShape(PhyRate.Legacy(110), freqMhz, 1500, attempts: 7));

        double[] Measure(params Sender[] senders) => [.. medium.Saturate(senders, time, run.Cancellation).Select(sent => sent.Acked / sent.Seconds)];
    });
}
