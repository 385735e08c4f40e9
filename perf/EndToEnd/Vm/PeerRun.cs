using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Report;
using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Wifi;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>Our medium beside wmediumd: equal pairs of guests, attached by the same protocol, take turns round by round.</summary>
/// <remarks>
/// wmediumd waits out the airtime that it models, so that our medium is here twice: as fast as it can, and with <c>timing: airtime</c>. Only the
/// latter two can be held to the standard's arithmetic. Twice over: in an open network as hostapd makes it, 802.11n, whose rates wmediumd takes for
/// those of 802.11g with the same index; and at 54 Mbit/s of 802.11a alone, which all know. No link loses anything to speak of.
/// </remarks>
internal sealed class PeerRun(
    string network, VmLab wmediumd, VmLab instant, VmLab airtime, VmPace pace, Results results, Progress progress, CancellationToken cancellation)
{
    private const string Group = UmlGroup.GroupName;
    private const int DatagramBytes = 1472; // with IPv4 1500 octets
    private const int OfferedMbps = 45; // more than 54 Mbit/s carry
    private const double PingGain = 2.5;
    private const double TcpGain = 40;
    private const double GoodputPercent = 5;

    private static readonly double s_arithmeticMbps = ArithmeticMbps();

    private readonly Side _wmediumd = new("wmediumd", wmediumd);
    private readonly Side _instant = new("timing: instant", instant);
    private readonly Side _airtime = new("timing: airtime", airtime);

    private IReadOnlyList<Side> Ours => [_instant, _airtime];

    /// <summary>Measures all.</summary>
    /// <param name="program">wmediumd's.</param>
    public static async Task MeasureAsync(
        string program, string kernel, VmPace pace, Results results, Progress progress, CancellationToken cancellation)
    {
        await MeasureAsync(", 802.11n", is11a: false, async run =>
        {
            await run.PingAsync();
            await run.TcpAsync(isDown: false, isJudged: true);
            await run.TcpAsync(isDown: true, isJudged: true);
        });
        await MeasureAsync(", 802.11a at 54 Mbit/s", is11a: true, async run =>
        {
            await run.TcpAsync(isDown: false, isJudged: false);
            await run.GoodputAsync();
        });

        async Task MeasureAsync(string network, bool is11a, Func<PeerRun, Task> measure)
        {
            await using var wmediumd = await StartAsync(Pair("wmediumd") with { Wmediumd = program });
            await using var instant = await StartAsync(Pair("instant"));
            await using var airtime = await StartAsync(Pair("airtime") with { Medium = "timing: airtime\n" });
            await measure(new PeerRun(network, wmediumd, instant, airtime, pace, results, progress, cancellation));

            Topology Pair(string name) => VmLab.UmlPair(name, kernel, is11a);

            async Task<VmLab> StartAsync(Topology topology)
            {
                var lab = await VmLab.StartAsync(topology, progress, cancellation);
                foreach (var end in is11a ? lab.Pair.Ends : [])
                    await new RateControl(new WifiInterface(end, "wlan0")).LimitAsync("legacy-5 54", cancellation);
                return lab;
            }
        }
    }

    private async Task PingAsync()
    {
        Side[] all = [_wmediumd, .. Ours];
        foreach (var side in all)
            await side.Ping.WarmUpAsync(cancellation);
        for (int round = 1; round <= pace.Rounds; round++)
        {
            progress.Now($"ping beside wmediumd, round {round} of {pace.Rounds}");
            foreach (var side in all)
                await side.Ping.RunAsync(pace.Pings, cancellation);
        }

        foreach (var (quantile, of) in PingRounds.Quantiles)
        {
            foreach (var side in Ours)
            {
                var rounds = side.Ping.Against(_wmediumd.Ping, of);
                string figure = $"{side.Name} beside wmediumd: ping{network}, {quantile}";
                results.Add(side == _instant && quantile == "p50"
                    ? rounds.Judge(Group, figure, "ms", $"{PingGain} × lower", rounds.MedianRatio <= 1 / PingGain)
                    : rounds.Tell(Group, figure, "ms"));
                progress.Done($"{figure}: {rounds.Median:0.00} ms, {rounds.MedianRatio:0.00} × wmediumd's");
            }
        }
    }

    /// <param name="isDown">From the access point to the station.</param>
    private async Task TcpAsync(bool isDown, bool isJudged)
    {
        string direction = isDown ? "access point to station" : "station to access point";
        var rounds = Ours.Select(_ => new Rounds()).ToList();
        for (int round = 1; round <= pace.Rounds; round++)
        {
            progress.Now($"TCP beside wmediumd, {direction}, round {round} of {pace.Rounds}");
            double theirs = await TcpAsync(_wmediumd);
            foreach (var (side, ours) in Ours.Zip(rounds))
                ours.Add(await TcpAsync(side), theirs);
        }

        foreach (var (side, ours) in Ours.Zip(rounds))
        {
            string figure = $"{side.Name} beside wmediumd: TCP {direction}{network}";
            results.Add(isJudged && side == _instant
                ? ours.Judge(Group, figure, "Mbit/s", $"{TcpGain} × more", ours.MedianRatio >= TcpGain)
                : ours.Tell(Group, figure, "Mbit/s"));
            progress.Done($"{figure}: {ours.Median:0.0} Mbit/s, {ours.MedianRatio:0.0} × wmediumd's");
        }

        Task<double> TcpAsync(Side side) => Iperf.TcpAsync(isDown ? side.Lab.Pair.Back : side.Lab.Pair.Medium, pace.Seconds, cancellation);
    }

    /// <summary>Datagrams of a station that always has one to send, for the two that wait out their airtime.</summary>
    private async Task GoodputAsync()
    {
        Side[] waiting = [_airtime, _wmediumd];
        var rounds = waiting.Select(_ => new Rounds()).ToList();
        for (int round = 1; round <= pace.Rounds; round++)
        {
            progress.Now($"UDP goodput, round {round} of {pace.Rounds}");
            foreach (var (side, goodput) in waiting.Zip(rounds))
            {
                var pair = side.Lab.Pair;
                goodput.Add(
                    await Iperf.SaturateAsync(pair.Medium, pair.Ends[1].Guest, pace.Seconds, OfferedMbps, DatagramBytes, cancellation),
                    s_arithmeticMbps);
            }
        }

        foreach (var (side, goodput) in waiting.Zip(rounds))
        {
            string figure = $"{side.Name}: UDP goodput of {DatagramBytes} B{network}; baseline: the standard's arithmetic";
            double percent = 100 * Math.Abs(goodput.MedianRatio - 1);
            results.Add(side == _wmediumd
                ? goodput.Tell(Group, figure, "Mbit/s")
                : goodput.Judge(Group, figure, "Mbit/s", $"within {GoodputPercent} %", percent <= GoodputPercent));
            progress.Done($"{figure}: {goodput.Median:0.0} of {s_arithmeticMbps:0.0} Mbit/s");
        }
    }

    /// <summary>What one station gets through that always has a datagram: DIFS, mean backoff, frame, SIFS and ACK each time; beacons aside.</summary>
    /// <remarks>
    /// IEEE 802.11-2020 clause 10.3.4 and table 17-21. The frame: a MAC header of 24 octets, LLC and SNAP 8, IPv4 20, UDP 8, FCS 4.
    /// </remarks>
    private static double ArithmeticMbps()
    {
        var timing = MacTiming.Ofdm;
        long exchangeNs = FrameExchange.DurationNs(PhyRate.Legacy(540), 24 + 8 + 20 + 8 + DatagramBytes + FrameExchange.FcsOctets, Band.Ghz5, timing);
        return DatagramBytes * 8 * 1000 / (timing.DifsNs + (timing.CwMin / 2.0 * timing.SlotNs) + exchangeNs);
    }

    /// <summary>A medium, and the pair of guests that it serves.</summary>
    private sealed record Side(string Name, VmLab Lab)
    {
        /// <summary>From the station to its access point.</summary>
        public PingRounds Ping { get; } = new(Lab.Pair.Medium);
    }
}
