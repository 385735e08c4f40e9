using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.Linux;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>A jammer that is on for a part of each period: what its receiver loses, and what its sender has left who senses it.</summary>
internal sealed class Jamming : IScenario
{
    private const int Length = 1000;
    private const int FreqMhz = 5180;
    private const double PeriodUs = 2000;
    private const byte From = 1;
    private const byte To = 2;
    private static readonly double[] DutyCycles = [0.1, 0.3, 0.5, 0.8];

    /// <inheritdoc/>
    public string Name => "jamming";

    /// <inheritdoc/>
    public string Description => "a jammer's duty cycle against the fraction of frames that is lost, and the share of the channel that is left";

    /// <inheritdoc/>
    public bool NeedsVms => false;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => OwnThread.RunAsync(Name, () => Run(run));

    private static void Run(ScenarioRun run)
    {
        foreach (double dutyCycle in DutyCycles)
            MeasureLosses(run, dutyCycle);
        double alone = GoodputBeside(run, jammer: "");
        foreach (double dutyCycle in DutyCycles)
        {
            double share = GoodputBeside(run, Jammer(dutyCycle, periodUs: 10 * PeriodUs, atSender: 40, atReceiver: -40)) / alone;
            run.Judge($"sensed by the sender, duty cycle {dutyCycle}: goodput, of that without, to the part of the time that is free", "1",
                share / (1 - dutyCycle), 0.93, 1.07);
        }
    }

    /// <summary>A frame is lost if any of it meets a burst. Its sender does not sense the jammer, and sends at any time.</summary>
    private static void MeasureLosses(ScenarioRun run, double dutyCycle)
    {
        int frames = run.Options.IsQuick ? 500 : 3000;
        var shape = new FrameShape(PhyRate.Legacy(540), FreqMhz, Length);
        double frameUs = Airtime.Ppdu(shape.Rate, Length + FrameExchange.FcsOctets, Band.Ghz5) / 1000.0;
        using var medium = Start(Jammer(dutyCycle, PeriodUs, atSender: -40, atReceiver: 40));
        var (vm, radio) = (medium["from"], medium["from"].Radios[0]);
        var random = new Random(1);
        for (int i = 0; i < frames; i++)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            for (long until = MonotonicClock.NowNs + random.NextInt64((long)PeriodUs * 1000); MonotonicClock.NowNs < until;)
                Thread.Yield();
            medium.Send(vm, radio, To, shape, count: 1, run.Cancellation);
        }
        (double low, double high) = Binomial.Interval(frames, dutyCycle + (frameUs / PeriodUs), 0.001);
        run.Judge($"not sensed by the sender, duty cycle {dutyCycle}: lost of {frames}", "1", 1 - ((double)radio.Acked / frames), low, high);
    }

    private static double GoodputBeside(ScenarioRun run, string jammer)
    {
        var shape = new FrameShape(PhyRate.Legacy(540), FreqMhz, Length, attempts: 7);
        using var medium = Start(jammer);
        var time = TimeSpan.FromSeconds(run.Options.IsQuick ? 1 : 4);
        return medium.Saturate([new Sender(medium["from"], medium["from"].Radios[0], To, shape)], time, run.Cancellation).Single().Mbps(shape);
    }

    private static SimulatedMedium Start(string jammer) => new($"""
        timing: airtime
        links:
          - {"{"} from: from, to: to, snrDb: 40 {"}"}
        {jammer}
        """, ("from", [From]), ("to", [To]));

    private static string Jammer(double dutyCycle, double periodUs, double atSender, double atReceiver) => FormattableString.Invariant($"""
          - {"{"} from: jammer, to: from, snrDb: {atSender} {"}"}
          - {"{"} from: jammer, to: to, snrDb: {atReceiver} {"}"}
        jammers:
          - {"{"} name: jammer, freqMhz: {FreqMhz}, period: {periodUs}us, dutyCycle: {dutyCycle} {"}"}
        """);
}
