using ShmWifi.Lab.Topologies;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>A station is associated; then the medium loses every frame between the two, beacons and acknowledgements, too.</summary>
internal sealed class TotalLoss : IScenario
{
    private const double MostS = 5;

    /// <inheritdoc/>
    public string Name => "total-loss";

    /// <inheritdoc/>
    public string Description => "two VMs at 100 % loss cannot keep an association, and get it back when the loss ends";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    /// <inheritdoc/>
    public async Task RunAsync(ScenarioRun run)
    {
        await using var lab = await WifiLab.StartAsync(run, "", radios: 1, "ap", "sta1");
        var station = (await lab.ConnectAsync("wlan0", WifiLab.Open("loss", 6, PhyMode.N), "ap", "sta1")).Station;
        var limit = TimeSpan.FromSeconds(30);

        var quiet = await GuestLog.FollowAsync(station, run.Cancellation);
        await Task.Delay(TimeSpan.FromSeconds(run.Options.IsQuick ? 3 : MostS), run.Cancellation);
        run.Judge($"associations lost in {quiet.Elapsed.TotalSeconds:0} s before, without loss", "1",
            await quiet.HasAsync("CTRL-EVENT-DISCONNECTED", run.Cancellation) ? 1 : 0, 0, 0);

        var log = await GuestLog.FollowAsync(station, run.Cancellation);
        await lab.Medium.ControlAsync(run.Cancellation, "set", "link", "ap", "sta1", "--loss", "1");
        var lost = await log.WaitAsync("CTRL-EVENT-DISCONNECTED", limit, run.Cancellation);
        run.Judge("from the start of the loss to CTRL-EVENT-DISCONNECTED", "s", lost?.TotalSeconds ?? double.NaN, 0, MostS);
        await Task.Delay(TimeSpan.FromSeconds(MostS), run.Cancellation);
        run.Judge($"associations got again in the next {MostS:0} s of it", "1", await log.HasAsync("CTRL-EVENT-CONNECTED", run.Cancellation) ? 1 : 0,
            0, 0);

        var back = await GuestLog.FollowAsync(station, run.Cancellation);
        await lab.Medium.ControlAsync(run.Cancellation, "unset", "link", "ap", "sta1");
        var connected = await back.WaitAsync("CTRL-EVENT-CONNECTED", TimeSpan.FromSeconds(60), run.Cancellation);
        run.Judge("from the end of the loss to CTRL-EVENT-CONNECTED", "s", connected?.TotalSeconds ?? double.NaN, 0, 60);
    }
}
