using System.Globalization;
using ShmWifi.Dot11.Rates;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>Two senders on either side of a receiver, who both receive it and are not in range of
/// each other, collide at it; RTS and CTS tell each of the other.</summary>
/// <remarks>
/// Log-distance path loss with exponent 5 from 1 m, 40.2 dB there (2437 MHz); 20 dBm, noise floor
/// -91 dBm. At 14 m the signal is -77.5 dBm, 13.5 dB over the noise: enough for
/// 6 Mbit/s. At 28 m it is -92.6 dBm: below the -82 dBm at which a radio must sense a preamble (IEEE 802.11-2020, 17.3.10.6), and below the noise.
/// </remarks>
internal sealed class HiddenNodes : IScenario
{
    private const double DistanceM = 14;
    private const int FreqMhz = 2437;
    private const int Length = 1500;
    private const int Attempts = 7; // mac80211's short retry limit
    private const byte Left = 1;
    private const byte Middle = 2;
    private const byte Right = 3;

    /// <inheritdoc/>
    public string Name => "hidden";

    /// <inheritdoc/>
    public string Description => "senders that are not in range of each other collide at a receiver between them, and RTS/CTS fixes it";

    /// <inheritdoc/>
    public bool NeedsVms => false;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => OwnThread.RunAsync(Name, () => Run(run));

    private static void Run(ScenarioRun run)
    {
        var plain = new FrameShape(PhyRate.Legacy(60), FreqMhz, Length, Attempts);
        var protectedShape = new FrameShape(PhyRate.Legacy(60), FreqMhz, Length, Attempts, TxRateFlags.UseRtsCts);
        var side = Measure(run, rightAtM: -DistanceM, plain);
        var hidden = Measure(run, rightAtM: DistanceM, plain);
        var mended = Measure(run, rightAtM: DistanceM, protectedShape);
        foreach ((string name, var figures) in (ReadOnlySpan<(string, Figures)>)[("side by side", side), ("hidden", hidden),
            ("hidden, with RTS/CTS", mended)])
        {
            run.Tell($"{name}: goodput of both", "Mbit/s", figures.Mbps);
            run.Tell($"{name}: attempts of a frame", "1", figures.AttemptsAFrame);
            run.Tell($"{name}: frames given up", "1", figures.GivenUp);
        }
        run.Judge("goodput hidden, of that side by side", "1", hidden.Mbps / side.Mbps, null, 0.6);
        run.Judge("goodput hidden with RTS/CTS, of that side by side", "1", mended.Mbps / side.Mbps, 0.8, null);
        run.Judge("frames given up hidden with RTS/CTS, of those without", "1", mended.GivenUp / hidden.GivenUp, null, 0.2);
    }

    private static Figures Measure(ScenarioRun run, double rightAtM, FrameShape shape)
    {
        using var medium = new SimulatedMedium(
            string.Create(CultureInfo.InvariantCulture, $"""
                timing: airtime
                propagation: {"{"} model: logDistance, exponent: 5, referenceDistance: 1 {"}"}
                radios:
                  - {"{"} radio: left, position: [{-DistanceM}, 0, 0] {"}"}
                  - {"{"} radio: middle, position: [0, 0, 0] {"}"}
                  - {"{"} radio: right, position: [{rightAtM}, 1, 0] {"}"}

                """),
            ("left", [Left]), ("middle", [Middle]), ("right", [Right]));
        Sender[] senders = [SenderOf("left"), SenderOf("right")];
        var sent = medium.Saturate(senders, TimeSpan.FromSeconds(run.Options.IsQuick ? 2 : 8), run.Cancellation);
        return new Figures(
            sent.Sum(one => one.Mbps(shape)),
            sent.Average(one => one.AttemptsAFrame),
            (double)sent.Sum(one => one.NotAcked) / sent.Sum(one => one.Acked + one.NotAcked));

        Sender SenderOf(string vm) => new(medium[vm], medium[vm].Radios[0], Middle, shape);
    }

    private sealed record Figures(double Mbps, double AttemptsAFrame, double GivenUp);
}
