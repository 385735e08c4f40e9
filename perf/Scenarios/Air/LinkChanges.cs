using ShmWifi.Dot11;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.Scenarios.Air;

/// <summary>Frames at a steady pace, while a client of the control API changes a link 1000 times a second and while it does not, in turns.</summary>
/// <remarks>
/// The lag that is judged ends where the medium posts a frame to its hearer, and the engine does not wait for a core (<c>scheduling: realtime</c>): that is what a change of a link can
/// delay. Until the hearer's service is awake it takes longer when the cores are busy, be it with the client and the API's threads or with anything else: told beside it.
/// </remarks>
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
            scheduling: realtime
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
        Rounds ringStill = new(), ringChanging = new(), serviceStill = new(), serviceChanging = new(), rates = new();
        long sent = sender.Radio.Sent;
        long heard = hearer.Heard;
        int rounds = run.Options.IsQuick ? 5 : 25;
        for (int round = 1; round <= rounds; round++)
        {
            run.Progress.Now($"{run.Name}: round {round} of {rounds}");
            FrameLags still = Measure();
            FrameLags? changing = null;
            rates.Add(changer.During(() => changing = Measure()));
            ringStill.Add(P99Us(still.ToRing));
            ringChanging.Add(P99Us(changing!.ToRing));
            serviceStill.Add(P99Us(still.ToService));
            serviceChanging.Add(P99Us(changing.ToService));
        }
        run.Judge("changes", "1/s", rates.Median, 0.95 * ChangesASecond, null);
        run.Tell("p99 lag to the hearer's ring, without changes", "µs", ringStill.Median);
        run.Tell("p99 lag to the hearer's ring, changing", "µs", ringChanging.Median);
        run.Judge("p99 lag to the hearer's ring, changing, of that without changes", "1", ringChanging.Median / ringStill.Median, null, 1.1);
        run.Tell("p99 lag to the hearer's service, without changes", "µs", serviceStill.Median);
        run.Tell("p99 lag to the hearer's service, changing", "µs", serviceChanging.Median);
        run.Judge("frames lost", "1", sender.Radio.Sent - sent - (hearer.Heard - heard), 0, 0);

        FrameLags Measure() => PlayedAir.Pace(sender, air["rx"], FramesARound, run.Cancellation);

        static double P99Us(Latencies lags) => lags.Quantiles(0.99)[0] / 1000;
    }
}
