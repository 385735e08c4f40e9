using System.Globalization;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.Configuration.Wmediumd;

internal sealed partial class WmediumdReader
{
    /// <summary>Seconds between two moves: MOVE_INTERVAL.</summary>
    private const double MoveInterval = 3;

    /// <summary>dBi, of each station of Mininet-WiFi's: GAIN_DEFAULT.</summary>
    private const double MininetGain = 5;

    /// <summary>Metres where <c>itu</c> takes another coefficient, and both.</summary>
    private const double ItuBend = 16, ItuNear = 28, ItuFar = 38;

    private static readonly string[] PathLossKeys = ["type", "positions", "directions", "tx_powers", "model_name", "fading_coefficient"];
    private static readonly string[] MininetKeys = ["noise_threshold", "isnodeaps"];

    private MediumConfiguration ReadPathLoss(LibconfigGroup model, MediumConfiguration medium)
    {
        var positions = Rows(model, "positions", _radios.Count, required: true);
        double? nakagami = NakagamiOf(model);
        bool isMininet = nakagami is not null || positions.Any(p => p.Length == 3);
        var directions = Rows(model, "directions", _radios.Count, required: false);
        var powers = Powers(model);
        if (errors.Any)
            return medium;

        var propagation = ReadPropagation(model, positions, directions.Count > 0, isMininet, out double offset);
        if (model.Settings.TryGetValue("isnodeaps", out var aps))
            Warn(aps, "a link's power is that of the access point, either way, in Mininet-WiFi's wmediumd; here each sends with its own");
        double? noise = model.Settings.TryGetValue("noise_threshold", out var threshold) && Whole(threshold, "model.noise_threshold") is < 0
            and var level ? level : null;
        if (directions.Any(d => d.Any(v => v != 0)))
            Warn(model.Settings["directions"], "wmediumd moves stations once in 3 s by this; here they move all the time, at a third of it a second");
        if (positions.Count > 0)
            Warn(model.Settings["positions"], "wmediumd computes path loss at 2412 MHz and in whole dB; here it is that of the frame's frequency");
        return medium with
        {
            Propagation = propagation,
            Fading = nakagami is { } m ? new(RicianK: 0, TimeSpan.FromSeconds(MoveInterval)) { NakagamiM = m } : null,
            Radios =
            [
                .. _radios.Select((radio, i) => new RadioConfiguration(radio)
                {
                    Motion = new LinearMotion(
                        ToPosition(positions[i]), directions.Count > 0 ? ToPosition(directions[i]) * (1 / MoveInterval) : default),
                    TxPowerDbm = powers[i] - offset,
                    AntennaGainDbi = isMininet ? MininetGain : null,
                    NoiseFloorDbm = noise,
                }),
            ],
        };
    }

    // offset: what is lost besides, dB, on each link.
    private PropagationConfiguration? ReadPropagation(
        LibconfigGroup model, IReadOnlyList<double[]> positions, bool moves, bool isMininet, out double offset)
    {
        offset = 0;
        var name = model.Settings.GetValueOrDefault("model_name");
        switch ((name as LibconfigText)?.Value)
        {
            case "free_space":
                CheckPathLossKeys(model, "sL");
                offset = SystemLoss(model);
                return new FreeSpacePropagation();
            case "log_distance":
                CheckPathLossKeys(model, "path_loss_exp", "xg");
                offset = ConstantLoss(model);
                return new LogDistancePropagation(RequiredReal(model, "path_loss_exp"), 1);
            case "nakagami":
                CheckPathLossKeys(model, "m", "path_loss_exp", "xg");
                offset = ConstantLoss(model);
                Warn(name!, "wmediumd draws Nakagami fading once in 3 s where stations move, else once at the start; here each pair has one each 3 s"
                    + ": see 'coherenceTime' in 'fading'");
                return new LogDistancePropagation(RequiredReal(model, "path_loss_exp"), 1);
            case "log_normal_shadowing":
                CheckPathLossKeys(model, "path_loss_exp", "sL");
                Warn(name!, "Mininet-WiFi tells wmediumd the shadowing as it runs, and the file does not have it; give 'shadowingDb' in "
                    + "'propagation', its standard deviation");
                return new LogDistancePropagation(RequiredReal(model, "path_loss_exp"), 1);
            case "two_ray_ground":
                CheckPathLossKeys(model, "sL");
                Warn(name!, "wmediumd takes both antennas as 1 m high, and beyond the crossover distance computes no path loss in dB; here the "
                    + "antennas' heights are the z of 'position'");
                return new TwoRayGroundPropagation(model.Settings.TryGetValue("sL", out var loss) ? Whole(loss, "model.sL", isLookedUp: true) : 1);
            case "itu":
                CheckPathLossKeys(model, "nFLOORS", "LF", "lF", "pL");
                return Itu(model, name!, positions, moves, isMininet);
            default:
                var at = name ?? model;
                errors.Add(
                    at.Line,
                    at.Column,
                    $"'model.model_name' is {name?.Kind ?? "missing"}; wmediumd knows \"free_space\", \"log_distance\", \"itu\", and "
                        + $"forks of it \"two_ray_ground\", \"log_normal_shadowing\", \"nakagami\"");
                return null;
        }
    }

    private ItuIndoorPropagation Itu(LibconfigGroup model, LibconfigNode name, IReadOnlyList<double[]> positions, bool moves, bool isMininet)
    {
        double floors = RequiredWhole(model, "nFLOORS");
        double loss = RequiredWhole(model, isMininet || model.Settings.ContainsKey("lF") ? "lF" : "LF");
        if (!isMininet)
        {
            Warn(
                name,
                "wmediumd puts the frequency in Hz where ITU-R P.1238 has it in MHz: 120 dB more loss than any link has left. Here it is as P.1238 "
                    + "has it");
        }

        double coefficient = model.Settings.TryGetValue("pL", out var given) ? Whole(given, "model.pL", isLookedUp: true) : 0;
        if (coefficient == 0)
        {
            double[] distances =
                [.. positions.SelectMany((p, i) => positions.Skip(i + 1).Select(q => (ToPosition(p) - ToPosition(q)).Length))];
            coefficient = distances.Length > 0 && distances.Min() > ItuBend ? ItuFar : ItuNear;
            if (moves || distances.Any(d => d > ItuBend != (coefficient == ItuFar)))
                Warn(name, string.Create(CultureInfo.InvariantCulture,
                    $"wmediumd takes the coefficient {ItuNear} up to {ItuBend} m and {ItuFar} beyond; here it is {coefficient} at any distance"));
        }

        return new(coefficient, (int)floors, floors * loss);
    }

    /// <summary>Nakagami's m, of who asks for it; 1 unless given, as there.</summary>
    private double? NakagamiOf(LibconfigGroup model)
    {
        if (model.Settings.GetValueOrDefault("model_name") is not LibconfigText { Value: "nakagami" })
            return null;
        return model.Settings.TryGetValue("m", out var m) ? Real(m, "model.m", isLookedUp: true) : 1;
    }

    private double ConstantLoss(LibconfigGroup model)
    {
        double loss = RequiredReal(model, "xg");
        if (loss != 0)
            Warn(model.Settings["xg"], FormattableString.Invariant($"'xg' is a constant loss: {loss} dB are taken off each transmit power"));
        return loss;
    }

    // A linear factor of the loss, a whole number.
    private double SystemLoss(LibconfigGroup model)
    {
        if (!model.Settings.TryGetValue("sL", out var node))
            return 0;
        double factor = Whole(node, "model.sL", isLookedUp: true);
        if (factor <= 0)
            errors.Add(node.Line, node.Column, $"'model.sL' is {node.Kind}; a system loss is 1 or more");
        if (factor > 1)
            Warn(node, FormattableString.Invariant($"'sL' is a constant loss: {10 * Math.Log10(factor):0.##} dB are taken off each transmit power"));
        return factor > 0 ? Math.Round(10 * Math.Log10(factor), 2) : 0;
    }

    private void CheckPathLossKeys(LibconfigGroup model, params string[] own) =>
        CheckKeys(model, "model.", [.. PathLossKeys, .. MininetKeys, .. own]);

    private double RequiredReal(LibconfigGroup model, string key) =>
        Required(model, key) is { } node ? Real(node, $"model.{key}", isLookedUp: true) : 0;

    private double RequiredWhole(LibconfigGroup model, string key) =>
        Required(model, key) is { } node ? Whole(node, $"model.{key}", isLookedUp: true) : 0;

    private LibconfigNode? Required(LibconfigGroup model, string key)
    {
        if (!model.Settings.TryGetValue(key, out var node))
            errors.Add(model.Line, model.Column, $"'model.{key}' is missing; wmediumd needs it for this model");
        return node;
    }

    private List<double> Powers(LibconfigGroup model)
    {
        if (Column(model, "tx_powers", _radios.Count, required: true) is not { } list)
            return [];
        var powers = list.Items.Select(item => Real(item, "model.tx_powers")).ToList();
        if (powers.Exists(p => p != Math.Truncate(p)))
            Warn(list, "wmediumd cuts transmit powers to whole dBm; here they are as given");
        return powers;
    }

    private List<double[]> Rows(LibconfigGroup model, string key, int count, bool required)
    {
        var rows = new List<double[]>();
        foreach (var item in Column(model, key, count, required)?.Items ?? [])
        {
            if (item is LibconfigList { Items.Count: 2 or 3 } row)
                rows.Add([.. row.Items.Select(value => Real(value, $"model.{key}"))]);
            else
                errors.Add(item.Line, item.Column,
                    $"this one of 'model.{key}' is {item.Kind}; it must be a list of two numbers, or three in Mininet-WiFi's wmediumd");
        }

        return rows;
    }

    private LibconfigList? Column(LibconfigGroup model, string key, int count, bool required)
    {
        var node = model.Settings.GetValueOrDefault(key);
        if (node is LibconfigList list && list.Items.Count == count)
            return list;
        var at = node ?? model;
        if (node is not null || required)
            errors.Add(at.Line, at.Column,
                $"'model.{key}' is {(node is LibconfigList other ? $"a list of {other.Items.Count}" : node?.Kind ?? "missing")}; it must be a list "
                + $"of {count}, one for each of 'ids'");
        return null;
    }

    private static Position ToPosition(double[] row) => new(row[0], row[1], row.Length == 3 ? row[2] : 0);

    // wmediumd adds c times a normal deviate, in whole dB, to the SNR of each frame. The power of Rician fading has a standard deviation of about
    // 10/ln 10 * sqrt(2/K) dB where K is large, and 5.57 dB where K = 0.
    private FadingConfiguration? ReadFading(LibconfigGroup model, FadingConfiguration? nakagami)
    {
        const double RayleighDb = 5.57;
        if (!model.Settings.TryGetValue("fading_coefficient", out var node) || Whole(node, "model.fading_coefficient") <= 0)
            return nakagami;
        if (nakagami is not null)
            errors.Add(node.Line, node.Column, "'model.fading_coefficient' is beside Nakagami fading; our configuration has one kind: leave one out");
        double sigma = ((LibconfigNumber)node).Value;
        double k = sigma >= RayleighDb ? 0 : Math.Round(2 * Math.Pow(10 / Math.Log(10) / sigma, 2), 2);
        Warn(
            node,
            string.Create(CultureInfo.InvariantCulture,
                $"wmediumd adds a normal deviate of {sigma} dB to each frame's SNR; nearest is "
                    + $"{(k == 0 ? "Rayleigh fading, of 5.6 dB" : "Rician fading of about that deviation")}, a draw each 1 ms"));
        return new(k, TimeSpan.FromMilliseconds(1));
    }
}
