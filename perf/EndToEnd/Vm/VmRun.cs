using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>Measures one lab: first pings alone, then TCP, then UDP at a fixed rate; within each, all routes take turns round by round.</summary>
/// <param name="pace">How long each measurement takes.</param>
/// <param name="guests">What is special about its guests, as a part of the figures' names: "", ", idle=poll" or ", wpa2".</param>
/// <param name="results">Where rows and plots go.</param>
internal sealed class VmRun(
    VmLab lab, VmPace pace, VmGoals goals, string guests, Results results, Progress progress, CancellationToken cancellation)
{
    /// <summary>Payload that is sent by UDP, Mbit/s: less than either path carries.</summary>
    internal const int UdpMbps = 20;

    /// <summary>Payload of a datagram.</summary>
    internal const int UdpBytes = 1400;

    private readonly List<PingRounds> _radioPings = [];

    /// <summary>Measures all.</summary>
    public async Task TrafficAsync()
    {
        await PingAsync();
        HopRows.Add(results, goals.Group, await lab.Medium.StatisticsAsync(cancellation), lab.Pair.Medium, guests, goals.WayUs);
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
            string figure = $"VM to VM ping{guests}, {quantile}";
            results.Add(goals.PingQuantiles.Contains(quantile)
                ? rounds.Judge(goals.Group, figure, "ms", $"≤ {goals.Ping} × the wired floor", rounds.MedianRatio <= goals.Ping)
                : rounds.Tell(goals.Group, figure, "ms"));
            progress.Done($"VM to VM ping{guests}, {quantile}: {rounds.Median:0.00} ms, {rounds.MedianRatio:0.00} × the wired floor");
            if (stations != null)
                results.Add(stations.Against(stationsWired!, of)
                    .Tell(goals.Group, $"station to station ping, through the access point{guests}, {quantile}", "ms"));
            if (inKernel != null)
                results.Add(inKernel.Alone(of).Tell(goals.Group, $"in-kernel floor: ping{guests}, {quantile}", "ms"));
        }

        (string, PingRounds?)[] series =
            [("medium, VM to VM", medium), ("medium, station to station", stations), ("wired floor", wired), ("in-kernel floor", inKernel)];
        results.Add(new Plot(
            $"{goals.Group}-ping{FileName(guests)}", $"Ping between VMs{guests}", "round trip, ms", "pings that were as fast, %", LogX: true,
            LogY: false,
            [.. series.Where(one => one.Item2 != null).Select(one => new Series(one.Item1, Distribution.Of(one.Item2!.RttMs)))]));
    }

    private async Task TcpAsync()
    {
        var medium = new Rounds();
        var stations = new Rounds();
        var wired = new Rounds();
        var load = new LoadRounds(goals.Group, lab.Medium, lab.Pair);
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
            results.Add(medium.Tell(goals.Group, $"VM to VM TCP{guests}", Unit));
            load.Tell(results, $"TCP{guests}");
        }
        else
        {
            results.Add(medium.Judge(
                goals.Group, $"VM to VM TCP{guests}", Unit, $"≥ {100 * goals.Tcp:0} % of the in-kernel floor, no drop in the rings",
                medium.MedianRatio >= goals.Tcp && load.Drops == 0));
            load.Judge(results, $"TCP{guests}");
        }

        if (lab.StationToStation != null)
            results.Add(stations.Tell(goals.Group, $"station to station TCP, through the access point{guests}", Unit));
        results.Add(wired.Tell(goals.Group, $"wired floor: TCP{guests}", Unit));
        progress.Done($"VM to VM TCP{guests}: {medium.Median:0} Mbit/s, {load.Drops} drops in the rings");
    }

    /// <summary>", idle=poll" as "-idle-poll".</summary>
    private static string FileName(string guests) => guests.Replace(", ", "-", StringComparison.Ordinal).Replace('=', '-');

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
        var load = new LoadRounds(goals.Group, lab.Medium, lab.Pair);
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
            results.Add(lost.Tell(goals.Group, $"{name}: {what}, lost", "%"));
            results.Add(jitter.Tell(goals.Group, $"{name}: {what}, jitter", "ms"));
        }

        load.Tell(results, what);
        progress.Done($"VM to VM {what}: {measured[0].Lost.Median:0.##} % lost, jitter {measured[0].Jitter.Median:0.00} ms");
    }

    private Task<UdpResult> UdpAsync(MeasuredPath route) => Iperf.UdpAsync(route, pace.Seconds, UdpMbps, UdpBytes, cancellation);
}
