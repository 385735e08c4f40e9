using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Perf.Scenarios.Vms;

/// <summary>UDP from a station whose queue is never empty, with the air's time as 802.11 has it, beside what the standard's timing comes to by hand.</summary>
/// <remarks>
/// The arithmetic is written out here from the clauses, not taken from the medium's code, so that a mistake there shows. A payload of 1470 octets makes an MPDU of
/// 1470 + 8 (UDP) + 20 (IPv4) + 8 (LLC and SNAP, IEEE 802.2) + 24 or, with QoS, 26 (MAC header) + 4 (FCS): 1534 or 1536. No frame is lost, so each waits its
/// interframe space and CWmin / 2 slots on average, and is acknowledged. Left out: beacons, some 1 % of the air at 1 Mbit/s.
/// </remarks>
internal sealed class Goodput : IScenario
{
    /// <summary>UDP payload of a datagram.</summary>
    public const int PayloadOctets = 1470;

    private const double Tolerance = 0.05;

    /// <inheritdoc/>
    public string Name => "goodput";

    /// <inheritdoc/>
    public string Description => "UDP goodput with timing: airtime is that of the standard's arithmetic: 802.11b 11, 802.11a 54, HT MCS 7";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    private static Exchange[] Exchanges { get; } =
    [
        // DSSS, IEEE 802.11-2020 tables 15-5 and 16-4: SIFS 10, slot 20, CWmin 31; long preamble and header 192 at each PPDU (16.2.2.2).
        new("802.11b at 11 Mbit/s", "wlan0", WifiLab.Open("b", 1, PhyMode.B, 10, 20, 55, 110), "legacy-2.4 11", OfferedMbps: 10,
            SpaceUs: 10 + (2 * 20), // DIFS: no QoS
            BackoffUs: 31 / 2.0 * 20,
            DataUs: 192 + Math.Ceiling(1534 * 8 / 11.0),
            SifsUs: 10,
            AckUs: 192 + Math.Ceiling(14 * 8 / 11.0)), // at 11 Mbit/s, a basic rate here: 10.6.6.5

        // OFDM on 5 GHz, table 17-21: SIFS 16, slot 9, CWmin 15; preamble and SIGNAL 20, symbols of 4; 216 data bits a symbol at 54 Mbit/s, 96 at 24 (table 17-4).
        new("802.11a at 54 Mbit/s", "wlan1", WifiLab.Open("a", 36, PhyMode.A, 60, 120, 240, 540), "legacy-5 54", OfferedMbps: 45,
            SpaceUs: 16 + (2 * 9),
            BackoffUs: 15 / 2.0 * 9,
            DataUs: 20 + (4 * Math.Ceiling((16 + (1534 * 8) + 6) / 216.0)),
            SifsUs: 16,
            AckUs: 20 + (4 * Math.Ceiling((16 + (14 * 8) + 6) / 96.0))), // at 24 Mbit/s, the fastest mandatory rate

        // HT-mixed, 19.3: legacy preamble 20, HT-SIG 8, HT-STF 4, HT-LTF 4; 260 data bits a symbol at MCS 7 (table 19-27).
        new("HT MCS 7, 20 MHz", "wlan2", WifiLab.Open("n", 149, PhyMode.N), "ht-mcs-5 7", OfferedMbps: 45,
            SpaceUs: 16 + (3 * 9), // AIFS of AC_BE: table 9-155
            BackoffUs: 15 / 2.0 * 9,
            DataUs: 20 + 8 + 4 + 4 + (4 * Math.Ceiling((16 + (1536 * 8) + 6) / 260.0)),
            SifsUs: 16,
            AckUs: 20 + (4 * Math.Ceiling((16 + (14 * 8) + 6) / 96.0))),
    ];

    /// <inheritdoc/>
    public async Task RunAsync(ScenarioRun run)
    {
        await using WifiLab lab = await WifiLab.StartAsync(run, "timing: airtime\n", radios: Exchanges.Length, "ap", "sta1");
        foreach (Exchange exchange in Exchanges)
        {
            WifiNetwork network = await lab.ConnectAsync(exchange.Device, exchange.Network, "ap", "sta1");
            await new RateControl(network.Station.Radio).LimitAsync(exchange.Bitrates, run.Cancellation);
            run.Progress.Now($"{run.Name}: {exchange.Name}");
            double mbps = await network.SaturateAsync(network.Station, run.Options.IsQuick ? 3 : 8, exchange.OfferedMbps, run.Cancellation);
            (string Part, double Us)[] parts =
            [
                ("DIFS or AIFS", exchange.SpaceUs), ("backoff, on average", exchange.BackoffUs), ("data", exchange.DataUs), ("SIFS", exchange.SifsUs),
                ("ACK", exchange.AckUs), ("sum", exchange.SumUs),
            ];
            foreach ((string part, double us) in parts)
                run.Tell($"{exchange.Name}, by hand: {part}", "µs", us);
            run.Tell($"{exchange.Name}, by hand: {PayloadOctets} · 8 bits in that time", "Mbit/s", exchange.Mbps);
            run.Judge($"{exchange.Name}: UDP goodput", "Mbit/s", mbps, exchange.Mbps * (1 - Tolerance), exchange.Mbps * (1 + Tolerance));
        }
    }

    /// <summary>A PHY, and what a frame and its acknowledgement take there, µs.</summary>
    private sealed record Exchange(
        string Name, string Device, Network Network, string Bitrates, int OfferedMbps, double SpaceUs, double BackoffUs, double DataUs, double SifsUs, double AckUs)
    {
        public double SumUs => SpaceUs + BackoffUs + DataUs + SifsUs + AckUs;

        public double Mbps => PayloadOctets * 8 / SumUs;
    }
}
