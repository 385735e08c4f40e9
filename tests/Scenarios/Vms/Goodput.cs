using ShmWifi.Lab.Wifi;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>UDP from a station whose queue is never empty, with medium time as 802.11 has
/// it, beside what the standard's timing comes to by hand.</summary>
/// <remarks>The guests must be able to send more than the medium carries, 32 Mbit/s: on a machine that is
/// busy with something else, they are not, and the figures are too low.</remarks>
internal sealed class Goodput : IScenario
{
    /// <inheritdoc/>
    public string Name => "goodput";

    /// <inheritdoc/>
    public string Description =>
        "UDP goodput between VMs with timing: airtime is that of the standard's arithmetic: 802.11b 11, 802.11a 54, HT MCS 3 with A-MPDU";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    /// <inheritdoc/>
    public async Task RunAsync(ScenarioRun run)
    {
        SaturatedExchange[] exchanges = [SaturatedExchange.Dsss, SaturatedExchange.Ofdm, SaturatedExchange.HtAggregated];
        await using var lab = await WifiLab.StartAsync(run, "timing: airtime\n", exchanges.Length, "ap", "sta1");
        foreach ((int i, var exchange) in exchanges.Index())
        {
            var network =
                await lab.ConnectAsync($"wlan{i}", WifiLab.Open($"goodput{i}", exchange.Channel, exchange.Mode, exchange.BasicRates), "ap", "sta1");
            await new RateControl(network.Station.Radio).LimitAsync(exchange.Bitrates, run.Cancellation);
            run.Progress.Now($"{run.Name}: {exchange.Name}");
            int offeredMbps = (int)(exchange.Mbps * 1.5);
            double mbps = await network.SaturateAsync(network.Station, run.Options.IsQuick ? 3 : 8, offeredMbps, run.Cancellation);
            exchange.Tell(run);
            exchange.Judge(run, "UDP goodput", mbps);
        }
    }
}
