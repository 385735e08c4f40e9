using ShmWifi.Dot11.Rates;
using ShmWifi.Lab.Report;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>Frames at a steady pace, while a client of the control API changes a link 1000 times a second and while it does not, in turns.</summary>
/// <remarks>
/// The latency that is judged ends where the medium posts a frame to its receiver, and the engine does not
/// wait for a core (<c>scheduling: realtime</c>): that is what a change of a link can
/// delay. Until the receiver's service is awake it takes longer when the cores are busy, be it with
/// the client and the API's threads or with anything else: told beside it.
/// </remarks>
internal sealed class LinkChanges : IScenario
{
    private const int ChangesASecond = 1000;
    private const int FramesARound = 1000;
    private static readonly byte[] Stations = [1, 2];

    /// <inheritdoc/>
    public string Name => "changes";

    /// <inheritdoc/>
    public string Description => "1000 changes of a link a second by the control API lose no frame and leave the p99 latency where it is";

    /// <inheritdoc/>
    public bool NeedsVms => false;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => OwnThread.RunAsync(Name, () => Run(run));

    private static void Run(ScenarioRun run)
    {
        using var medium = new SimulatedMedium(
            """
            scheduling: realtime
            links:
              - { from: tx, to: rx, snrDb: 40 }

            """,
            ("tx", [Stations[0]]),
            ("rx", [Stations[1]]));
        var receiver = medium["rx"].Radios[0];
        var sender = new Sender(medium["tx"], medium["tx"].Radios[0], Stations[1], new FrameShape(PhyRate.Legacy(60), 2412, 256));
        using var changer = new LinkChanger(medium.Daemon.PathOf("control.sock"), "/v1/links/tx/rx", [40, 41, 42], ChangesASecond);
        for (int i = 0; i < 3; i++) // the compilers' time
            _ = changer.During(() => _ = Measure());
        int rounds = run.Options.IsQuick ? 5 : 40;
        FrameLatencies still = new(rounds * FramesARound), changing = new(rounds * FramesARound);
        var rates = new Rounds();
        long sent = sender.Radio.Sent;
        long received = receiver.Received;
        for (int round = 1; round <= rounds; round++)
        {
            run.Progress.Now($"{run.Name}: round {round} of {rounds}");
            still.Add(Measure());
            rates.Add(changer.During(() => changing.Add(Measure())));
        }
        run.Judge("changes", "1/s", rates.Median, 0.95 * ChangesASecond, null);
        foreach ((string part, var of) in (ReadOnlySpan<(string, Func<FrameLatencies, Latencies>)>)[("ring", latencies => latencies.ToRing),
            ("service", latencies => latencies.ToService)])
        {
            run.Tell($"p50 latency to the receiver's {part}, without changes", "µs", QuantileUs(of(still), 0.5));
            run.Tell($"p50 latency to the receiver's {part}, changing", "µs", QuantileUs(of(changing), 0.5));
            run.Tell($"p99 latency to the receiver's {part}, without changes", "µs", QuantileUs(of(still), 0.99));
            run.Tell($"p99 latency to the receiver's {part}, changing", "µs", QuantileUs(of(changing), 0.99));
        }
        run.Judge(
            "p99 latency to the receiver's ring, changing, of that without "
                + "changes", "1", QuantileUs(changing.ToRing, 0.99) / QuantileUs(still.ToRing, 0.99), null, 1.1);
        run.Judge("frames lost", "1", sender.Radio.Sent - sent - (receiver.Received - received), 0, 0);

        FrameLatencies Measure() => SimulatedMedium.Pace(sender, medium["rx"], FramesARound, run.Cancellation);

        static double QuantileUs(Latencies latencies, double fraction) => latencies.Quantiles(fraction)[0] / 1000;
    }
}
