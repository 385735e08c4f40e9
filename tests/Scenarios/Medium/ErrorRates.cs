using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Medium.Phy;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>Frames at one rate over a link of one SNR: what comes is what the rate's curve says.</summary>
internal sealed class ErrorRates : IScenario
{
    private const int Frames = 10_000;
    private const int Length = 1000;
    private const double WantedLoss = 0.3; // where a curve is steep, so that a wrong one shows
    private const byte Sender = 0;

    /// <summary>A rate and where it is sent: at least one of each PHY, and those that are easily taken for others.</summary>
    private static readonly (string Rate, int FreqMhz)[] Cases =
    [
        ("dsss 1", 2412), ("dsss 2 short", 2412), ("cck 5.5", 2437), ("cck 11", 2437), ("ofdm 6", 5180), ("ofdm 54", 2412), ("ofdm 54", 5180),
        ("ht 0", 2412), ("ht 7", 2412), ("ht 12 40 sgi", 5180), ("vht 0", 5180), ("vht 9 nss 2 80 sgi", 5180),
    ];

    /// <inheritdoc/>
    public string Name => "per";

    /// <inheritdoc/>
    public string Description => "delivered fractions at fixed SNR and rate are those of the rates' curves, for each PHY";

    /// <inheritdoc/>
    public bool NeedsVms => false;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => OwnThread.RunAsync(Name, () => Run(run));

    private static void Run(ScenarioRun run)
    {
        var shapes = Cases.Select(one => new FrameShape(Parse(one.Rate), one.FreqMhz, Length)).ToList();
        var snrs = shapes.ConvertAll(shape => SnrOf(shape.Rate));
        using var medium = new SimulatedMedium(
            $"""
            links:
              - {"{"} from: rx, to: tx, loss: 0, oneWay: true {"}"}   # acknowledgements arrive
            {string.Join('\n', snrs.Select((snr, radio) => $"  - {{ from: tx, to: rx/phy{radio}, snrDb: {snr:0.0}, oneWay: true }}"))}

            """,
            ("tx", [Sender]),
            ("rx", [.. shapes.Select((_, radio) => (byte)(radio + 1))]));
        var tx = medium["tx"];
        foreach ((var shape, var receiver, double snr) in shapes.Zip(medium["rx"].Radios, snrs))
        {
            medium.Send(tx, tx.Radios[0], receiver.Station, shape, Frames, run.Cancellation);
            double per = ErrorModel.BuiltIn.Per(shape.Rate, (float)snr, Length + FrameExchange.FcsOctets);
            (double low, double high) = Binomial.Interval(Frames, 1 - per, 0.01);
            run.Judge($"{shape.Rate} at {snr:0.0} dB, {shape.FreqMhz} MHz: delivered of {Frames}", "1", (double)receiver.Received / Frames, low,
                high);
        }
        RunModelAlone(run, PhyRate.He(11, 2, 80));
    }

    /// <summary>A rate that hwsim's message has no flags for: only the models that the engine asks are asked.</summary>
    private static void RunModelAlone(ScenarioRun run, PhyRate rate)
    {
        double snr = SnrOf(rate);
        _ = RadioPattern.TryParse("a", out var a);
        _ = RadioPattern.TryParse("b", out var b);
        var links = new LinkTable(new MediumConfiguration { Links = [new LinkConfiguration(a, b) { SnrDb = snr }] }, mediumNs: 0);
        var from = links.Add("a", "phy0", [], mediumNs: 0);
        var to = links.Add("b", "phy0", [], mediumNs: 0);
        float per = ErrorModel.BuiltIn.Per(rate, links.Of(from, to, 5180, mediumNs: 0).SnrDb, Length + FrameExchange.FcsOctets);
        int delivered = Enumerable.Range(0, Frames).Count(_ => links.NextDraw(from, to) >= per);
        (double low, double high) = Binomial.Interval(Frames, 1 - per, 0.01);
        run.Judge($"{rate} at {snr:0.0} dB, by the models alone, as hwsim's message cannot tell it: delivered of {Frames}", "1",
            (double)delivered / Frames, low, high);
    }

    /// <summary>Where the curve has <see cref="WantedLoss"/>, to 0.1 dB.</summary>
    private static double SnrOf(in PhyRate rate)
    {
        (double low, double high) = (-20, 80);
        while (high - low > 0.01)
        {
            double middle = (low + high) / 2;
            if (ErrorModel.BuiltIn.Per(rate, (float)middle, Length + FrameExchange.FcsOctets) > WantedLoss)
                low = middle;
            else
                high = middle;
        }
        return Math.Round(high, 1);
    }

    private static PhyRate Parse(string text) => PhyRate.TryParse(text, out var rate) ? rate : throw new FormatException($"'{text}' is no rate");
}
