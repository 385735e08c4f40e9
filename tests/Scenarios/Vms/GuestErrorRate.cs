using System.Globalization;
using ShmWifi.Dot11.Rates;
using ShmWifi.Lab.Topologies;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>Broadcasts of an access point, which nobody acknowledges and nobody repeats,
/// counted in its station: over an SNR, and over a given loss.</summary>
/// <remarks>802.11a, whose only basic rate is 6 Mbit/s here, so that broadcasts go at it. An echo request of
/// 1000 octets is a frame of 1000 + 8 (ICMP) + 20 (IPv4) + 8 (LLC and SNAP) + 24 (MAC
/// header) + 4 (FCS).</remarks>
internal sealed class GuestErrorRate : IScenario
{
    private const int Payload = 1000;
    private const int Senders = 10; // pings at a time: nobody answers, and one alone waits for a tick of the guest's clock
    private const int Octets = Payload + 8 + 20 + 8 + 24 + 4;
    private const double SnrDb = 3.5; // where the curve of 6 Mbit/s is steep

    /// <inheritdoc/>
    public string Name => "per-vm";

    /// <inheritdoc/>
    public string Description => "broadcasts between VMs arrive as often as the rate's curve, or the given loss, says";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    /// <inheritdoc/>
    public async Task RunAsync(ScenarioRun run)
    {
        await using var lab = await WifiLab.StartAsync(run, "", radios: 1, "ap", "sta1");
        var network = await lab.ConnectAsync("wlan0", WifiLab.Open("broadcast", 36, PhyMode.A, 60), "ap", "sta1");
        var station = network.Station.Radio;
        await station.Vm.Guest.RunAsync(
            "turning power save off, which has broadcasts wait", $"iw dev {station.Name} set power_save "
                + $"off", TimeSpan.FromSeconds(15), run.Cancellation);
        float per = ErrorModel.BuiltIn.Per(PhyRate.Legacy(60), (float)SnrDb, Octets);
        await JudgeAsync("--snr-db", SnrDb, string.Create(CultureInfo.InvariantCulture, $"{SnrDb} dB, 6 Mbit/s"), 1 - per);
        await JudgeAsync("--loss", 0.2, "a loss of 0.2", 0.8);

        async Task JudgeAsync(string option, double value, string name, double probability)
        {
            int frames = run.Options.IsQuick ? 2000 : 10_000;
            run.Progress.Now($"{run.Name}: {name}");
            await lab.Medium.ControlAsync(run.Cancellation, "set", "link", "ap", "sta1", option, value.ToString(CultureInfo.InvariantCulture),
                "--one-way");
            long before = await EchoRequests.CountAsync(station, run.Cancellation);
            string broadcast = network.AccessPoint.Address[..network.AccessPoint.Address.LastIndexOf('.')] + ".255";
            await network.AccessPoint.Radio.Vm.Guest.RunAsync(
                "sending broadcasts",
                $"""
                for i in $(seq {Senders}); do
                    /bin/ping -b -q -n -s {Payload} -i 0.01 -c {frames / Senders} -W 0.05 {broadcast} >/run/ping.$i 2>&1 &
                done
                wait
                [ "$(cat /run/ping.* | grep -c '^{frames / Senders} packets transmitted')" = {Senders} ] || {"{"} cat /run/ping.*; exit 1; {"}"}
                """,
                TimeSpan.FromSeconds(120),
                run.Cancellation);
            long received = await EchoRequests.CountAsync(station, run.Cancellation) - before;
            (double low, double high) = Binomial.Interval(frames, probability, 0.01);
            run.Judge($"{name}: broadcasts that arrived, of {frames}", "1", (double)received / frames, low, high);
        }
    }
}
