using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>Two pairs of VMs, all within earshot, each pair with more UDP than the medium carries: on
/// channels apart they have two media, on one channel they share it.</summary>
internal sealed class Channels : IScenario
{
    private const int OfferedMbps = 10;
    private const string Bitrates = "legacy-2.4 11";

    /// <inheritdoc/>
    public string Name => "channels";

    /// <inheritdoc/>
    public string Description => "two pairs on channels 1 and 11 carry twice what one does; on one channel they share it";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    /// <inheritdoc/>
    public async Task RunAsync(ScenarioRun run)
    {
        int seconds = run.Options.IsQuick ? 3 : 12;
        await using var lab = await WifiLab.StartAsync(run, "timing: airtime\n", radios: 2, "ap1", "sta1", "ap2", "sta2");
        Task<WifiNetwork>[] connecting =
        [
            lab.ConnectAsync("wlan0", Network("first", 1), "ap1", "sta1"),
            lab.ConnectAsync("wlan0", Network("beside", 1), "ap2", "sta2"),
        ];
        var networks = await Task.WhenAll(connecting);
        var apart = await lab.ConnectAsync("wlan1", Network("apart", 11), "ap2", "sta2");
        foreach (var network in networks.Append(apart))
            await new RateControl(network.Station.Radio).LimitAsync(Bitrates, run.Cancellation);

        double alone = await MeasureAsync(networks[0]);
        double[] twoChannels = await Task.WhenAll(MeasureAsync(networks[0]), MeasureAsync(apart));
        double[] oneChannel = await Task.WhenAll(networks.Select(MeasureAsync));
        run.Tell("one pair on channel 1", "Mbit/s", alone);
        run.Tell("the pair on channel 1, beside one on 11", "Mbit/s", twoChannels[0]);
        run.Tell("the pair on channel 11, beside one on 1", "Mbit/s", twoChannels[1]);
        run.Judge("both on channels 1 and 11, of one pair", "1", twoChannels.Sum() / alone, 1.9, null);
        for (int i = 0; i < oneChannel.Length; i++)
            run.Judge($"pair {i + 1} of both on channel 1, of half of one pair", "1", oneChannel[i] / (alone / 2), 0.9, 1.1);

        Task<double> MeasureAsync(WifiNetwork network) => network.SaturateAsync(network.Station, seconds, OfferedMbps, run.Cancellation);
    }

    private static Network Network(string ssid, int channel) => WifiLab.Open(ssid, channel, PhyMode.B, 10, 20, 55, 110);
}
