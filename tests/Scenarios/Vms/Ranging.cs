using System.Globalization;
using System.Text.RegularExpressions;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>A station's iw measures how far its access point is: from beside it to a few hundred metres, in channels of each width.</summary>
/// <remarks>A distance has the error of two arrivals, each spread evenly over a sample: c / (2 B) / sqrt(6). Of a mean, 3 standard deviations are
/// allowed.</remarks>
internal sealed partial class Ranging : IScenario
{
    private const int Ftms = 16;
    private const double MetresOfMhz = 299.792458 / 2; // of a sample, times MHz
    private static readonly int[] Distances = [0, 3, 30, 300];
    private static readonly (int Mhz, string Channel)[] Widths =
    [
        (20, "bw=20 cf=5180"), (40, "bw=40 cf=5180 cf1=5190"), (80, "bw=80 cf=5180 cf1=5210"), (160, "bw=160 cf=5180 cf1=5250"),
    ];

    /// <inheritdoc/>
    public string Name => "ranging";

    /// <inheritdoc/>
    public string Description => "iw measures the distance between two VMs within 3 standard deviations; guests of 6.4 and later";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    /// <inheritdoc/>
    public async Task RunAsync(ScenarioRun run)
    {
        int measurements = run.Options.IsQuick ? 10 : 50;
        const string Medium = "propagation: freeSpace\nradios: [{ radio: ap, position: [0, 0, 0] }]\n";
        await using var lab = await WifiLab.StartAsync(run, Medium, radios: 1, "ap", "sta1");
        await lab.ConnectAsync("wlan0", WifiLab.Open("far", 36, PhyMode.N), "ap", "sta1");
        string peer = (await RunAsync("ap", "reading the address", "cat /sys/class/net/wlan0/address")).Trim();
        foreach (int distance in Distances)
        {
            await lab.Medium.ControlAsync(run.Cancellation, "set", "radio", "sta1", string.Create(CultureInfo.InvariantCulture,
                $"{{position: [{distance}, 0, 0]}}"));
            foreach ((int mhz, string channel) in Widths)
            {
                double[] measured = await MeasureAsync($"{peer} {channel} ftms_per_burst={Ftms}");
                double allowed = 3 * MetresOfMhz / mhz / Math.Sqrt(6 * measurements * Ftms);
                run.Judge($"{distance} m in {mhz} MHz: measurements that succeeded", "1", measured.Length, measurements, measurements);
                run.Judge($"{distance} m in {mhz} MHz: mean of {measurements} measurements less the distance", "m", measured.Average() - distance,
                    -allowed, allowed);
            }
        }

        async Task<double[]> MeasureAsync(string target)
        {
            string output = await RunAsync("sta1", "measuring", $"""
                echo '{target}' >/tmp/peer
                i=0; while [ $i -lt {measurements} ]; do iw dev wlan0 measurement ftm_request /tmp/peer; i=$((i + 1)); done
                """);
            return [.. DistanceMm().Matches(output).Select(match => double.Parse(match.Groups["mm"].Value, CultureInfo.InvariantCulture) / 1e3)];
        }

        Task<string> RunAsync(string vm, string step, string script) =>
            lab[vm].Guest.RunAsync(step, script, TimeSpan.FromSeconds(60), run.Cancellation);
    }

    [GeneratedRegex(@"DIST_AVG: (?<mm>-?\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex DistanceMm();
}
