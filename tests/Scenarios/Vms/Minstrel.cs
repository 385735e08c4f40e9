using System.Globalization;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>A station that sends all the time walks away from its access point and comes
/// back: mac80211's rate control follows what its statuses tell.</summary>
/// <remarks>
/// Log-distance path loss with exponent 3.5 from 1 m: 40.2 dB there (2437 MHz), so at 20 dBm and a
/// noise floor of -91 dBm the SNR is 71 - 35 log10(d) dB: 60 dB at 2 m and 12 dB at
/// 50 m. The traffic is voice (AC_VO), which mac80211 does not aggregate: minstrel_ht passes over the
/// statuses of aggregated frames that do not say that they are such, and hwsim
/// cannot say it. Source: linux net/mac80211/rc80211_minstrel_ht.c, minstrel_aggr_check() and minstrel_ht_tx_status().
/// </remarks>
internal sealed class Minstrel : IScenario
{
    private const double NearM = 2;
    private const double FarM = 50;
    private const double WalkS = 6;
    private const byte Voice = 0xe0; // precedence 7: user priority 7

    /// <inheritdoc/>
    public string Name => "minstrel";

    /// <inheritdoc/>
    public string Description => "minstrel_ht's rate falls as a station walks away and rises as it comes back";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    /// <inheritdoc/>
    public async Task RunAsync(ScenarioRun run)
    {
        string medium = string.Create(CultureInfo.InvariantCulture, $"""
            propagation: {"{"} model: logDistance, exponent: 3.5, referenceDistance: 1 {"}"}
            radios:
              - {"{"} radio: ap, position: [0, 0, 0] {"}"}
              - {"{"} radio: sta1, position: [{NearM}, 0, 0] {"}"}

            """);
        double staysS = run.Options.IsQuick ? 6 : 10;
        await using var lab = await WifiLab.StartAsync(run, medium, radios: 1, "ap", "sta1");
        var network = await lab.ConnectAsync("wlan0", WifiLab.Open("walk", 6, PhyMode.N), "ap", "sta1");
        var rate = new RateControl(network.Station.Radio);
        int seconds = (int)((3 * staysS) + (2 * WalkS) + 5);
        var sending =
            Iperf.UdpAsync(MeasuredPath.OverAir(network.Station, network.AccessPoint), seconds, mbps: 2, bytes: 1200, run.Cancellation, Voice);

        double near = await StayAsync($"at {NearM} m");
        await WalkAsync(NearM, FarM);
        double far = await StayAsync($"at {FarM} m");
        await WalkAsync(FarM, NearM);
        double back = await StayAsync($"at {NearM} m again");
        run.Judge("rate far away, of the rate near", "1", far / near, null, 0.5);
        run.Judge("rate near again, of the rate near", "1", back / near, 0.8, null);
        _ = await sending;

        async Task<double> StayAsync(string where)
        {
            run.Progress.Now($"{run.Name}: {where}");
            await Task.Delay(TimeSpan.FromSeconds(staysS - 2), run.Cancellation);
            var readings = new List<double>();
            for (int i = 0; i < 5; i++)
            {
                readings.Add((await rate.ReadAsync(run.Cancellation)).Mbps);
                await Task.Delay(TimeSpan.FromSeconds(0.4), run.Cancellation);
            }
            double median = readings.Order().ElementAt(readings.Count / 2);
            run.Tell($"rate {where}", "Mbit/s", median);
            return median;
        }

        async Task WalkAsync(double from, double to)
        {
            string path = string.Create(
                CultureInfo.InvariantCulture, $"{{waypoints: [{{at: 0s, position: [{from}, 0, 0]}}, {{at: {WalkS}s, position: [{to}, 0, 0]}}]}}");
            await lab.Medium.ControlAsync(run.Cancellation, "set", "radio", "sta1", path);
            await Task.Delay(TimeSpan.FromSeconds(WalkS), run.Cancellation);
        }
    }
}
