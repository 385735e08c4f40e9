using System.Globalization;
using ShmWifi.Configuration.Wmediumd;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.ShmMedium.Medium.Phy;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>What wmediumd's own examples configure, imported, behaves as its README and tests say.</summary>
/// <remarks>
/// The configurations are ours, with the examples' features and figures: radios alone
/// (tests/2node.cfg), SNR of pairs (README, tests/diamond.sh), loss of pairs (README,
/// tests/diamond_error_prob.sh), positions that move (README, tests/diamond_direction.sh),
/// and a table of error rates (tests/diamond_per_matrix.sh, -x). Source:
/// github.com/bcopeland/wmediumd. Fractions are counted with <c>timing: instant</c>: how often frames arrive is asked, not when.
/// </remarks>
internal sealed class WmediumdImports : IScenario
{
    private const int Frames = 10_000;
    private const int Length = 1000;
    private const int FreqMhz = 2412; // at which wmediumd computes path loss
    private const double DefaultSnrDb = 30; // wmediumd.h, SNR_DEFAULT
    private const double Exponent = 3.5;
    private const double TxPowerDbm = 15;
    private static readonly byte[] Stations = [1, 2, 3, 4];
    private static readonly PhyRate Slow = PhyRate.Legacy(10);
    private static readonly PhyRate Middling = PhyRate.Legacy(180);

    /// <inheritdoc/>
    public string Name => "import";

    /// <inheritdoc/>
    public string Description => "what wmediumd's example configurations have is imported and behaves as described there";

    /// <inheritdoc/>
    public bool NeedsVms => false;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => OwnThread.RunAsync(Name, () =>
    {
        RadiosAlone(run);
        SnrOfPairs(run);
        LossOfPairs(run);
        TableOfErrorRates(run);
        Positions(run);
    });

    private static void RadiosAlone(ScenarioRun run)
    {
        using var medium = Import(run, "radios alone", "", radios: 2);
        Judge(run, medium, "radios alone", 0, 1, Middling, 1);
    }

    /// <summary>A pair of one entry is the same both ways; 0 dB is out of reach; a pair that is not named has 30 dB.</summary>
    private static void SnrOfPairs(ScenarioRun run)
    {
        using var medium = Import(run, "SNR of pairs", "links = ( (0, 1, 10), (0, 2, 0), (2, 0, 10), (1, 2, 9) );", radios: 4);
        foreach ((int from, int to, double snrDb) in (ReadOnlySpan<(int, int, double)>)[(0, 1, 10), (1, 0, 10), (2, 0, 10), (1, 2, 9),
            (1, 3, DefaultSnrDb)])
            Judge(run, medium, $"SNR of pairs, {snrDb} dB", from, to, Middling,
                1 - ErrorModel.BuiltIn.Per(Middling, (float)snrDb, Length + FrameExchange.FcsOctets));
        Judge(run, medium, "SNR of pairs, 0 dB one way", 0, 2, Middling, 0);
    }

    private static void LossOfPairs(ScenarioRun run)
    {
        using var medium = Import(run, "loss of pairs", "", radios: 4, """model: { type = "prob"; default_prob = 1.0; links = ( (0, 2, 0.0), (2, 3, 0.3), (3, 2, 0.1) ); };""");
        foreach ((int from, int to, double loss) in (ReadOnlySpan<(int, int, double)>)[(0, 2, 0), (2, 0, 0), (2, 3, 0.3), (3, 2, 0.1), (0, 1, 1),
            (1, 3, 1)])
            Judge(run, medium, $"loss of pairs, {loss}", from, to, Middling, 1 - loss);
    }

    /// <summary>A table that tells another loss for each rate: at -81 dBm, 10 dB over the noise, a twentieth more with each.</summary>
    private static void TableOfErrorRates(ScenarioRun run)
    {
        string table = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(table, Enumerable.Range(-90, 21).Select(dbm =>
                string.Create(CultureInfo.InvariantCulture,
                    $"{dbm} {string.Join(' ', Enumerable.Range(0, 12).Select(rate => dbm < -81 ? 1 : dbm > -81 ? 0 : 0.05 * (rate + 1)))}")));
            using var medium = Import(run, "table of error rates", "links = ( (0, 1, 10), (0, 2, 9) );", radios: 3, errorTable: table);
            Judge(run, medium, "table of error rates, 1 Mbit/s", 0, 1, Slow, 1 - 0.05);
            Judge(run, medium, "table of error rates, 18 Mbit/s", 0, 1, Middling, 1 - 0.4);
            Judge(run, medium, "table of error rates, 1 dB less", 0, 2, Middling, 0);
        }
        finally
        {
            File.Delete(table);
        }
    }

    /// <summary>The station between two others that is nearer changes, as two walk across; each direction is a step of 3 s.</summary>
    private static void Positions(ScenarioRun run)
    {
        using var medium = Import(
            run, "positions", "", radios: 4,
            $$"""
            model : {
              type = "path_loss";
              positions = ( (-50.0, 0.0), (0.0, 40.0), (0.0, -70.0), (50.0, 0.0) );
              directions = ( (0.0, 0.0), (0.0, 30.0), (0.0, 30.0), (0.0, 0.0) );
              tx_powers = ({{TxPowerDbm:0.0}}, {{TxPowerDbm:0.0}}, {{TxPowerDbm:0.0}}, {{TxPowerDbm:0.0}});
              model_name = "log_distance";
              path_loss_exp = {{Exponent:0.0}};
              xg = 0.0;
            };
            """);
        var start = DateTime.UtcNow;
        for (int step = 0; step < 2; step++)
        {
            double seconds = (DateTime.UtcNow - start).TotalSeconds;
            double[] y = [40 + (10 * seconds), -70 + (10 * seconds)];
            for (int walker = 1; walker <= 2; walker++)
            {
                var receiver = medium["vm"].Radios[walker];
                medium.Send(medium["vm"], medium["vm"].Radios[0], Stations[walker], new FrameShape(Slow, FreqMhz, 64), 200, run.Cancellation);
                double expected = TxPowerDbm - PathLossDb(Math.Sqrt((50 * 50) + (y[walker - 1] * y[walker - 1])));
                run.Judge($"positions, station {walker} after {seconds:0} s: signal", "dBm", receiver.LatestSignalDbm, expected - 1.5, expected
                    + 1.5);
            }
            if (step == 0)
                run.Cancellation.WaitHandle.WaitOne(TimeSpan.FromSeconds(5));
        }
    }

    /// <summary>Free space up to 1 m, then the exponent: wmediumd, config.c, calc_path_loss_log_distance().</summary>
    private static double PathLossDb(double metres) =>
        (20 * Math.Log10(4 * Math.PI * FreqMhz * 1e6 / 299_792_458)) + (10 * Exponent * Math.Log10(metres));

    /// <summary>Imports a configuration and starts a medium of it; all radios are one VM's.</summary>
    private static SimulatedMedium Import(ScenarioRun run, string name, string ifaces, int radios, string model = "", string? errorTable = null)
    {
        string ids = string.Join(", ", Stations.Take(radios).Select(station => $"\"{RelayFrame.AddressOf(station)}\""));
        var import = WmediumdImport.Read($"ifaces : {{ ids = [ {ids} ]; {ifaces} }};\n{model}\n", "wmediumd.cfg", errorTable, vms: []);
        run.Tell($"{name}: imported, with so many remarks on what differs", "1", import.Warnings.Count);
        string yaml = import.ToYaml().Replace("timing: airtime\n", "", StringComparison.Ordinal);
        return new SimulatedMedium(yaml, ("vm", Stations[..radios]));
    }

    private static void Judge(ScenarioRun run, SimulatedMedium medium, string figure, int from, int to, in PhyRate rate, double delivered)
    {
        var vm = medium["vm"];
        long before = vm.Radios[to].Received;
        medium.Send(vm, vm.Radios[from], Stations[to], new FrameShape(rate, FreqMhz, Length), Frames, run.Cancellation);
        (double low, double high) = Binomial.Interval(Frames, delivered, 0.01);
        run.Judge($"{figure}: {from} to {to}, delivered of {Frames}", "1", (double)(vm.Radios[to].Received - before) / Frames, low, high);
    }
}
