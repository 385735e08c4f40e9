using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>Measures one lab: first pings alone, then TCP, then UDP at a fixed rate; within each, all routes take turns round by round.</summary>
/// <param name="pace">How long each measurement takes.</param>
/// <param name="guests">What is special about its guests, as a part of the figures' names: "" or ", idle=poll".</param>
/// <param name="results">Where rows and plots go.</param>
internal sealed class VmRun(VmLab lab, VmPace pace, string guests, Results results, Progress progress, CancellationToken cancellation)
{
    /// <summary>Payload that is sent by UDP, Mbit/s: less than either path carries.</summary>
    internal const int UdpMbps = 20;

    /// <summary>Payload of a datagram.</summary>
    internal const int UdpBytes = 1400;

    private const double PingGoal = 1.5;
    private const double TcpGoal = 0.6;

    private readonly List<PingRounds> _radioPings = [];

    /// <summary>Measures all.</summary>
    public async Task TrafficAsync()
    {
        await PingAsync();
        HopRows.Add(results, VmGroup.GroupName, await lab.Medium.StatisticsAsync(cancellation), lab.Pair.Medium, guests);
        await TcpAsync();
        await UdpAsync();
    }

    /// <summary>The medium loses nothing on this medium, so a ping that got lost is a mistake of ours, not a figure.</summary>
    /// <exception cref="LabException">Pings over the air were lost: how many, and between whom.</exception>
    public void ThrowIfPingsWereLost()
    {
        foreach (var ping in _radioPings)
            ping.ThrowIfLost(guests, lab.Medium);
    }

    private async Task PingAsync()
    {
        var medium = new PingRounds(lab.Pair.Medium);
        var wired = new PingRounds(lab.Pair.Wired);
        var stations = lab.StationToStation == null ? null : new PingRounds(lab.StationToStation);
        var stationsWired = lab.StationToStationWired == null ? null : new PingRounds(lab.StationToStationWired);
        var inKernel = lab.InKernel == null ? null : new PingRounds(lab.InKernel);
        List<PingRounds> all = [.. new[] { medium, wired, stations, stationsWired, inKernel }.OfType<PingRounds>()];
        _radioPings.AddRange(new[] { medium, stations }.OfType<PingRounds>());

        foreach (var ping in all)
            await ping.WarmUpAsync(cancellation);
        for (int round = 1; round <= pace.Rounds; round++)
        {
            progress.Now($"ping{guests}, round {round} of {pace.Rounds}");
            foreach (var ping in all)
                await ping.RunAsync(pace.Pings, cancellation);
        }

        foreach (var (quantile, of) in PingRounds.Quantiles)
        {
            var rounds = medium.Against(wired, of);
            results.Add(rounds.Judge(
                VmGroup.GroupName, $"VM to VM ping{guests}, {quantile}", "ms", $"≤ {PingGoal} × the wired floor", rounds.MedianRatio <= PingGoal));
            progress.Done($"VM to VM ping{guests}, {quantile}: {rounds.Median:0.00} ms, {rounds.MedianRatio:0.00} × the wired floor");
            if (stations != null)
                results.Add(stations.Against(stationsWired!, of)
                    .Tell(VmGroup.GroupName, $"station to station ping, through the access point{guests}, {quantile}", "ms"));
            if (inKernel != null)
                results.Add(inKernel.Alone(of).Tell(VmGroup.GroupName, $"in-kernel floor: ping{guests}, {quantile}", "ms"));
        }

        (string, PingRounds?)[] series =
            [("medium, VM to VM", medium), ("medium, station to station", stations), ("wired floor", wired), ("in-kernel floor", inKernel)];
        results.Add(new Plot(
            guests.Length == 0 ? "vm-ping" : "vm-ping-poll", $"Ping between VMs{guests}", "round trip, ms", "pings that were as fast, %", LogX: true,
            LogY: false,
            [.. series.Where(one => one.Item2 != null).Select(one => new Series(one.Item1, Distribution.Of(one.Item2!.RttMs)))]));
    }

    private async Task TcpAsync()
    {
        var medium = new Rounds();
        var stations = new Rounds();
        var wired = new Rounds();
        var load = new LoadRounds(VmGroup.GroupName, lab.Medium, lab.Pair);
        for (int round = 1; round <= pace.Rounds; round++)
        {
            progress.Now($"TCP{guests}, round {round} of {pace.Rounds}");
            double? floor = lab.InKernel == null ? null : await TcpAsync(lab.InKernel);
            medium.Add(await load.MeasureAsync(() => TcpAsync(lab.Pair.Medium), cancellation), floor);
            wired.Add(await TcpAsync(lab.Pair.Wired), floor);
            if (lab.StationToStation != null)
                stations.Add(await TcpAsync(lab.StationToStation), floor);
        }

        const string Unit = "Mbit/s";
        if (lab.InKernel == null)
        {
            results.Add(medium.Tell(VmGroup.GroupName, $"VM to VM TCP{guests}", Unit));
            load.Tell(results, $"TCP{guests}");
        }
        else
        {
            results.Add(medium.Judge(
                VmGroup.GroupName, $"VM to VM TCP{guests}", Unit, "≥ 60 % of the in-kernel floor, no drop in the rings", medium.MedianRatio >= TcpGoal
                    && load.Drops == 0));
            load.Judge(results, $"TCP{guests}");
        }

        if (lab.StationToStation != null)
            results.Add(stations.Tell(VmGroup.GroupName, $"station to station TCP, through the access point{guests}", Unit));
        results.Add(wired.Tell(VmGroup.GroupName, $"wired floor: TCP{guests}", Unit));
        progress.Done($"VM to VM TCP{guests}: {medium.Median:0} Mbit/s, {load.Drops} drops in the rings");
    }

    private Task<double> TcpAsync(MeasuredPath route) => Iperf.TcpAsync(route, pace.Seconds, cancellation);

    private async Task UdpAsync()
    {
        (string Name, MeasuredPath? MeasuredPath)[] routes =
        [
            ("VM to VM", lab.Pair.Medium), ("station to station", lab.StationToStation), ("wired floor", lab.Pair.Wired),
            ("in-kernel floor", lab.InKernel),
        ];
        var measured = routes.Where(route => route.MeasuredPath != null)
            .Select(route => (route.Name, MeasuredPath: route.MeasuredPath!, Lost: new Rounds(), Jitter: new Rounds())).ToList();
        var load = new LoadRounds(VmGroup.GroupName, lab.Medium, lab.Pair);
        for (int round = 1; round <= pace.Rounds; round++)
        {
            progress.Now($"UDP{guests}, round {round} of {pace.Rounds}");
            foreach (var (_, route, lost, jitter) in measured)
            {
                var result = route == lab.Pair.Medium ? await load.MeasureAsync(() => UdpAsync(route), cancellation) : await UdpAsync(route);
                lost.Add(result.LostPercent);
                jitter.Add(result.JitterMs);
            }
        }

        string what = $"UDP, {UdpMbps} Mbit/s of {UdpBytes} B{guests}";
        foreach (var (name, _, lost, jitter) in measured)
        {
            results.Add(lost.Tell(VmGroup.GroupName, $"{name}: {what}, lost", "%"));
            results.Add(jitter.Tell(VmGroup.GroupName, $"{name}: {what}, jitter", "ms"));
        }

        load.Tell(results, what);
        progress.Done($"VM to VM {what}: {measured[0].Lost.Median:0.##} % lost, jitter {measured[0].Jitter.Median:0.00} ms");
    }

    private Task<UdpResult> UdpAsync(MeasuredPath route) => Iperf.UdpAsync(route, pace.Seconds, UdpMbps, UdpBytes, cancellation);
}
