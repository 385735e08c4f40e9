using ShmWifi.Dot11;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.Scenarios.Air;

/// <summary>Frames at a steady pace, while a client of the control API changes a link 1000 times a second and while it does not, in turns.</summary>
internal sealed class LinkChanges : IScenario
{
    private const int ChangesASecond = 1000;
    private const int FramesARound = 1000;
    private static readonly byte[] Stations = [1, 2];

    /// <inheritdoc/>
    public string Name => "changes";

    /// <inheritdoc/>
    public string Description => "1000 changes of a link a second by the control API lose no frame and leave the p99 lag where it is";

    /// <inheritdoc/>
    public bool NeedsVms => false;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => OwnThread.RunAsync(Name, () => Run(run));

    private static void Run(ScenarioRun run)
    {
        using var air = new PlayedAir(
            """
            links:
              - { from: tx, to: rx, snrDb: 40 }

            """,
            ("tx", [Stations[0]]),
            ("rx", [Stations[1]]));
        PlayedRadio hearer = air["rx"].Radios[0];
        var sender = new Sender(air["tx"], air["tx"].Radios[0], Stations[1], new FrameShape(PhyRate.Legacy(60), 2412, 256));
        using var changer = new LinkChanger(air.Daemon.PathOf("control.sock"), "/v1/links/tx/rx", [40, 41, 42], ChangesASecond);
        for (int i = 0; i < 3; i++) // the compilers' time
            _ = changer.During(() => _ = Measure());
        (Rounds p50, Rounds p99, Rounds rates) = (new Rounds(), new Rounds(), new Rounds());
        long sent = sender.Radio.Sent;
        long heard = hearer.Heard;
        int rounds = run.Options.IsQuick ? 3 : 15;
        for (int round = 1; round <= rounds; round++)
        {
            run.Progress.Now($"{run.Name}: round {round} of {rounds}");
            Latencies still = Measure();
            Latencies? changing = null;
            rates.Add(changer.During(() => changing = Measure()));
            double[] without = still.Quantiles(0.5, 0.99);
            double[] with = changing!.Quantiles(0.5, 0.99);
            p50.Add(with[0] / 1000, without[0] / 1000);
            p99.Add(with[1] / 1000, without[1] / 1000);
        }
        run.Judge("changes", "1/s", rates.Median, 0.95 * ChangesASecond, null);
        Row lag = p99.Tell("", "", "");
        run.Tell("p50 lag, changing, of that without changes", "1", p50.MedianRatio);
        run.Tell("p99 lag without changes", "µs", lag.Baseline ?? double.NaN);
        run.Tell("p99 lag, changing", "µs", lag.Value);
        run.Judge("p99 lag, changing, of that without changes", "1", p99.MedianRatio, null, 1.1);
        run.Judge("frames lost", "1", sender.Radio.Sent - sent - (hearer.Heard - heard), 0, 0);

        Latencies Measure() => PlayedAir.Pace(sender, air["rx"], FramesARound, run.Cancellation);
    }
}
