using System.Diagnostics;
using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Topologies;
using ShmWifi.Tests.Support;
using static Tmds.Linux.LibC;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>The engine dies, hangs or is replaced under traffic, and no station notices.</summary>
internal sealed class Restart : IScenario
{
    private const int Kills = 7; // of each of 16 labs
    private const int QuickKills = 5;
    private const int BatchFrames = 64; // that may be sent twice at a kill
    private const double GapP50Ms = 150;
    private const double GapMaxMs = 500;
    private const int RoundSeconds = 6;
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2); // the next spare has started up, and first statuses are out
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public string Name => "restart";

    /// <inheritdoc/>
    public string Description => "the engine is killed, hangs or is replaced under traffic, and no station notices: both paths, both isolations";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    /// <inheritdoc/>
    public async Task RunAsync(ScenarioRun run)
    {
        var random = new Random(14);
        if (run.Options.IsQuick)
        {
            await RunAsync(run, random, run.Options.Kernel, FramePath.User, isPerVm: false, "instant", Security.Wpa2, QuickKills);
            return;
        }

        var matrix =
            from kernel in (string[])["6.1", "6.12"]
            from path in (FramePath[])[FramePath.User, FramePath.Kernel]
            from isPerVm in (bool[])[false, true]
            from timing in (string[])["instant", "airtime"]
            select (kernel, path, isPerVm, timing);
        foreach (var (kernel, path, isPerVm, timing) in matrix)
            await RunAsync(run, random, kernel, path, isPerVm, timing, isPerVm ? Security.Wpa3 : Security.Wpa2, Kills);
    }

    private static async Task RunAsync(
        ScenarioRun run, Random random, string kernel, FramePath path, bool isPerVm, string timing, Security security, int kills)
    {
        string lab = $"{kernel}, {path.ToString().ToLowerInvariant()} path, {(isPerVm ? "per-vm" : "shared")}, {timing}";
        VmSpec[] vms = [.. ((string[])["ap", "sta1"]).Select(name => new VmSpec { Name = name, Kernel = kernel, Path = path })];
        await using var wifi = await WifiLab.StartAsync(run, $"timing: {timing}\n", isPerVm, vms);
        var network = await wifi.ConnectAsync("wlan0", new Network(Ssid.Of("restart"), security, "never down", 6), "ap", "sta1");
        await Iperf.ServeAsync(wifi["ap"].Guest, run.Cancellation);
        foreach (var vm in wifi.Vms)
            await vm.Guest.RunAsync("following nl80211's events", "setsid iw event -t </dev/null >/run/nl80211.log 2>&1 &", Answer, run.Cancellation);
        var engine = new EngineOf(wifi.Medium.ProcessId);
        var route = MeasuredPath.OverAir(network.Station, network.AccessPoint);

        var undisturbed = await RoundAsync(run, route, () => Task.CompletedTask);
        run.Tell($"{lab}: longest silence without a restart", "ms", undisturbed.Silence.LongestMs);
        run.Tell($"{lab}: longest stall of TCP without a restart", "s", undisturbed.StallS);
        double stallLimitS = undisturbed.StallS + 1;
        await JudgeKillsAsync(run, random, lab, wifi, engine, route, kills, stallLimitS);

        var upgrade = await RoundAsync(run, route, async () =>
        {
            int old = engine.Serving ?? throw new LabException("no engine serves");
            _ = kill(wifi.Medium.ProcessId, SIGHUP);
            await engine.AwaitOtherAsync(old, run.Cancellation);
        });
        run.Judge($"{lab}: upgrade by SIGHUP: silence", "ms", upgrade.Silence.LongestMs, null, GapMaxMs);
        run.Judge($"{lab}: upgrade by SIGHUP: longest stall of TCP", "s", upgrade.StallS, null, stallLimitS);
        run.Judge($"{lab}: lines of lost links", "1", await LostLinksAsync(run, wifi), null, 0);

        await JudgeHangAsync(run, lab, engine, route);
        await JudgeKeepersEndAsync(run, lab, wifi, path);
    }

    private static async Task JudgeKillsAsync(
        ScenarioRun run, Random random, string lab, WifiLab wifi, EngineOf engine, MeasuredPath route, int kills, double stallLimitS)
    {
        var rounds = new List<(Silence Silence, double StallS)>();
        IReadOnlyList<ProcessHoldings> first = [];
        for (int number = 1; number <= kills; number++)
        {
            run.Progress.Now($"{run.Name}: {lab}, kill {number} of {kills}");
            rounds.Add(await RoundAsync(run, route, async () =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1 + (random.NextDouble() * 2)), run.Cancellation);
                await engine.AwaitOtherAsync(engine.Signal(SIGKILL), run.Cancellation);
            }));
            await Task.Delay(Settle, run.Cancellation);
            if (number == 1)
                first = engine.Holdings();
        }

        double[] gaps = [.. rounds.Select(round => round.Silence.LongestMs).Order()];
        run.Judge($"{lab}: silence at a kill, p50 of {kills}", "ms", gaps[gaps.Length / 2], null, GapP50Ms);
        run.Judge($"{lab}: silence at a kill, max", "ms", gaps[^1], null, GapMaxMs);
        run.Judge($"{lab}: longest stall of TCP", "s", rounds.Max(round => round.StallS), null, stallLimitS);
        run.Judge($"{lab}: octets of pings that were torn", "1", rounds.Sum(round => round.Silence.Torn), null, 0);
        run.Judge($"{lab}: pings answered twice, most at a kill", "1", rounds.Max(round => round.Silence.Duplicates), null, BatchFrames);
        run.Judge($"{lab}: lines of lost links at {kills} kills", "1", await LostLinksAsync(run, wifi), null, 0);
        foreach (var (before, after) in first.Zip(engine.Holdings()))
        {
            run.Judge($"{lab}: {after.Process}: memory after the last kill, of that after the first", "1",
                (double)after.MemoryKib / before.MemoryKib, null, 1.1);
            run.Judge($"{lab}: {after.Process}: descriptors, likewise", "1", (double)after.Descriptors / before.Descriptors, null, 1.1);
            run.Judge($"{lab}: {after.Process}: threads, likewise", "1", (double)after.Threads / before.Threads, null, 1.1);
        }
    }

    /// <summary>TCP both ways and pings, and something that happens meanwhile.</summary>
    private static async Task<(Silence Silence, double StallS)> RoundAsync(ScenarioRun run, MeasuredPath route, Func<Task> act)
    {
        var stall = Iperf.LongestStallAsync(route, RoundSeconds, run.Cancellation);
        var silence = Silence.MeasureAsync(route, run.Cancellation);
        await Task.WhenAll(act(), stall, silence);
        return (await silence, await stall);
    }

    private static async Task JudgeHangAsync(ScenarioRun run, string lab, EngineOf engine, MeasuredPath route)
    {
        var clock = Stopwatch.StartNew();
        int hung = engine.Signal(SIGSTOP);
        double watchdogS = EngineOf.Watchdog(hung).TotalSeconds;
        try
        {
            await engine.AwaitOtherAsync(hung, run.Cancellation);
            run.Judge($"{lab}: from SIGSTOP until another engine serves", "s", clock.Elapsed.TotalSeconds, null, watchdogS + 0.5);
            if (clock.Elapsed < Hang)
                await Task.Delay(Hang - clock.Elapsed, run.Cancellation);
        }
        finally
        {
            _ = kill(hung, SIGCONT);
        }

        var probe = new PingProbe(route);
        await probe.WarmUpAsync(run.Cancellation);
        await probe.RunAsync(50, run.Cancellation);
        run.Judge($"{lab}: pings answered after the hang, of 50", "1", probe.Received, 49, 50);
    }

    private static async Task JudgeKeepersEndAsync(ScenarioRun run, string lab, WifiLab wifi, FramePath path)
    {
        string log = path == FramePath.Kernel ? "dmesg" : "cat /run/shm-injector.log";
        _ = kill(wifi.Medium.ProcessId, SIGKILL);
        await Task.Delay(Hang, run.Cancellation);
        int told = 0;
        foreach (var vm in wifi.Vms)
            told += (await vm.Guest.TryRunAsync($"{log} | grep -qi 'host.*away'", Answer, null, run.Cancellation)).ExitCode == 0 ? 1 : 0;
        run.Judge($"{lab}: the keeper killed: guests that say that the host is away", "1", told, wifi.Vms.Count, wifi.Vms.Count);
        run.Judge($"{lab}: the keeper killed: VMs that live", "1", wifi.Vms.Count(vm => !vm.HasExited), wifi.Vms.Count, wifi.Vms.Count);
    }

    private static async Task<int> LostLinksAsync(ScenarioRun run, WifiLab wifi)
    {
        int lines = 0;
        foreach (var vm in wifi.Vms)
        {
            foreach (string line in (await GuestLogs.CollectAsync(vm, run.Cancellation)).LostLinks)
            {
                run.Progress.Done($"a lost link: {line}");
                lines++;
            }
        }
        return lines;
    }
}
