using ShmWifi.Lab.Topologies;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>An access point loses its power, and its station notices by the beacons that do not come.</summary>
/// <remarks>
/// mac80211 takes 7 beacons in a row as lost (beacon_loss_count), then probes twice, 0.5 s
/// each (IEEE80211_PROBE_WAIT, max_nullfunc_tries), and then gives
/// the link up. Source: linux net/mac80211/mlme.c.
/// </remarks>
internal sealed class AccessPointOff : IScenario
{
    private const double BeaconIntervalS = 0.1024; // hostapd's default: 100 TU
    private const double MostS = 5;

    /// <inheritdoc/>
    public string Name => "ap-off";

    /// <inheritdoc/>
    public string Description => "an access point's VM is powered off, and its station notices by beacon loss";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    /// <inheritdoc/>
    public async Task RunAsync(ScenarioRun run)
    {
        await using var lab = await WifiLab.StartAsync(run, "", radios: 1, "ap", "sta1");
        var network = await lab.ConnectAsync("wlan0", WifiLab.Open("power", 6, PhyMode.N), "ap", "sta1");
        var log = await GuestLog.FollowAsync(network.Station, run.Cancellation);
        await lab["ap"].PowerOffAsync();
        var limit = TimeSpan.FromSeconds(30);
        var beacons = await log.WaitAsync("CTRL-EVENT-BEACON-LOSS", limit, run.Cancellation);
        var lost = await log.WaitAsync("CTRL-EVENT-DISCONNECTED", limit, run.Cancellation);
        run.Judge("from the power's end to CTRL-EVENT-BEACON-LOSS at the station", "s", beacons?.TotalSeconds ?? double.NaN, 7 * BeaconIntervalS / 2,
            MostS);
        run.Judge("from the power's end to CTRL-EVENT-DISCONNECTED at the station", "s", lost?.TotalSeconds ?? double.NaN, 7 * BeaconIntervalS / 2,
            MostS);
    }
}
