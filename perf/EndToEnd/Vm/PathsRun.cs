using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>
/// Measures the kernel path, in turns round by round with both floors and, where the lab
/// has another pair, with the user path: first pings alone, then TCP,
/// then UDP at a fixed rate with what a frame costs the guests.
/// </summary>
/// <param name="lab">The lab: its first pair is on the kernel path, its other one, if any, on the user path.</param>
/// <param name="pace">How long each measurement takes.</param>
/// <param name="guests">What is special about its guests, as a part of the figures' names: "" or ", idle=poll".</param>
/// <param name="results">Where rows and plots go.</param>
internal sealed class PathsRun(VmLab lab, VmPace pace, string guests, Results results, Progress progress, CancellationToken cancellation)
{
    private const string Group = VmKernelGroup.GroupName;
    private const double PingGain = 1.5;
    private const double CpuGoal = 0.5;

    private static readonly (string Quantile, double Goal)[] PingGoals = [("p50", 1.0), ("p99", 1.2)];

    private readonly List<PingRounds> _radioPings = [];

    /// <summary>Measures all.</summary>
    public async Task TrafficAsync()
    {
        await PingAsync();
        HopRows.Add(results, Group, await lab.Medium.StatisticsAsync(cancellation), lab.Pair.Medium, guests);
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
        var user = lab.OtherPair == null ? null : new PingRounds(lab.OtherPair.Medium);
        var inKernel = lab.InKernel == null ? null : new PingRounds(lab.InKernel);
        List<PingRounds> all = [.. new[] { medium, wired, user, inKernel }.OfType<PingRounds>()];
        _radioPings.AddRange(new[] { medium, user }.OfType<PingRounds>());

        foreach (var ping in all)
            await ping.WarmUpAsync(cancellation);
        for (int round = 1; round <= pace.Rounds; round++)
        {
            progress.Now($"ping{guests}, round {round} of {pace.Rounds}");
            foreach (var ping in all)
                await ping.RunAsync(pace.Pings, cancellation);
        }

        foreach ((string quantile, double goal) in PingGoals)
        {
            var of = PingRounds.Quantiles.Single(one => one.Name == quantile).Of;
            var rounds = medium.Against(wired, of);
            results.Add(
                rounds.Judge(Group, $"VM to VM ping{guests}, {quantile}", "ms", $"≤ {goal:0.0} × the wired floor", rounds.MedianRatio <= goal));
            progress.Done($"VM to VM ping{guests}, {quantile}: {rounds.Median:0.00} ms, {rounds.MedianRatio:0.00} × the wired floor");
            if (user != null)
                AddAgainstUserPath(medium.Against(user, of), quantile);
            if (inKernel != null)
                results.Add(inKernel.Alone(of).Tell(Group, $"in-kernel floor: ping{guests}, {quantile}", "ms"));
        }

        (string, PingRounds?)[] series = [("kernel path", medium), ("user path", user), ("wired floor", wired), ("in-kernel floor", inKernel)];
        results.Add(new Plot(
            guests.Length == 0 ? "vm-kernel-ping" : "vm-kernel-ping-poll", $"Ping between VMs on both paths{guests}", "round trip, ms",
            "pings that were as fast, %",
            LogX: true, LogY: false, [.. series.Where(one => one.Item2 != null)
                .Select(one => new Series(one.Item1, Distribution.Of(one.Item2!.RttMs)))]));
    }

    private void AddAgainstUserPath(Rounds rounds, string quantile)
    {
        string figure = $"VM to VM ping{guests} beside the user path, {quantile}";
        results.Add(quantile == "p50"
            ? rounds.Judge(Group, figure, "ms", $"≥ {PingGain} × lower than the user path", rounds.MedianRatio <= 1 / PingGain)
            : rounds.Tell(Group, figure, "ms"));
        progress.Done($"{figure}: {1 / rounds.MedianRatio:0.00} × lower");
    }

    private async Task TcpAsync()
    {
        var medium = new Rounds();
        var user = new Rounds();
        var wired = new Rounds();
        var load = new LoadRounds(Group, lab.Medium, lab.Pair);
        for (int round = 1; round <= pace.Rounds; round++)
        {
            progress.Now($"TCP{guests}, round {round} of {pace.Rounds}");
            double? floor = lab.InKernel == null ? null : await TcpAsync(lab.InKernel);
            medium.Add(await load.MeasureAsync(() => TcpAsync(lab.Pair.Medium), cancellation), floor);
            wired.Add(await TcpAsync(lab.Pair.Wired), floor);
            if (lab.OtherPair != null)
                user.Add(await TcpAsync(lab.OtherPair.Medium), floor);
        }

        const string Unit = "Mbit/s";
        if (lab.InKernel == null)
        {
            results.Add(medium.Tell(Group, $"VM to VM TCP{guests}", Unit));
            load.Tell(results, $"TCP{guests}");
        }
        else
        {
            results.Add(medium.Judge(Group, $"VM to VM TCP{guests}", Unit, "≥ the in-kernel floor, no drop in the rings", medium.MedianRatio >= 1
                && load.Drops == 0));
            load.Judge(results, $"TCP{guests}");
        }

        if (lab.OtherPair != null)
            results.Add(user.Tell(Group, $"user path: TCP{guests}", Unit));
        results.Add(wired.Tell(Group, $"wired floor: TCP{guests}", Unit));
        progress.Done($"VM to VM TCP{guests}: {medium.Median:0} Mbit/s, {load.Drops} drops in the rings");
    }

    private Task<double> TcpAsync(MeasuredPath route) => Iperf.TcpAsync(route, pace.Seconds, cancellation);

    /// <summary>UDP, and what a frame costs the guests. Not with guests that poll: they are never idle.</summary>
    private async Task UdpAsync()
    {
        if (lab is not { OtherPair: { } userPair, InKernel: { } inKernel, Floor: { } floorVm })
            return;
        var medium = new UdpRounds(lab.Pair.Medium, lab.Pair.Ends);
        var user = new UdpRounds(userPair.Medium, userPair.Ends);
        var floor = new UdpRounds(inKernel, [floorVm]);
        var load = new LoadRounds(Group, lab.Medium, lab.Pair);
        for (int round = 1; round <= pace.Rounds; round++)
        {
            progress.Now($"UDP{guests}, round {round} of {pace.Rounds}");
            await floor.RunAsync(pace.Seconds, cancellation);
            await load.MeasureAsync(() => medium.RunAsync(pace.Seconds, cancellation), cancellation);
            await user.RunAsync(pace.Seconds, cancellation);
        }

        string what = $"UDP, {VmRun.UdpMbps} Mbit/s of {VmRun.UdpBytes} B{guests}";
        medium.Tell(results, Group, $"VM to VM: {what}");
        user.Tell(results, Group, $"user path: {what}");
        floor.Tell(results, Group, $"in-kernel floor: {what}");
        load.Tell(results, what);

        var cost = medium.Cpu.Against(user.Cpu);
        results.Add(cost.Judge(Group, $"guest CPU a frame, both guests, {what}", "µs", $"≤ {CpuGoal} × the user path", cost.MedianRatio <= CpuGoal));
        medium.Cpu.Tell(results, Group, what, user.Cpu);
        results.Add(floor.Cpu.Alone.Tell(Group, $"in-kernel floor: guest CPU a frame, {what}", "µs"));
        var beyond = new Rounds();
        foreach (var (one, other) in medium.Cpu.Beyond(floor.Cpu).Zip(user.Cpu.Beyond(floor.Cpu)))
            beyond.Add(one, other);
        results.Add(beyond.Tell(Group, $"guest CPU a frame beyond the in-kernel floor, {what}", "µs"));
        progress.Done($"guest CPU a frame: {cost.Median:0} µs, {cost.MedianRatio:0.00} × the user path");
    }
}
