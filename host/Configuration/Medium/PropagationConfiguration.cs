using System.Text.Json.Nodes;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration.Medium;

/// <summary>How much a signal loses on its way.</summary>
/// <remarks>All that files and people are told of each model stands here; what it computes, behind <c>PathLossModel.Of</c>.</remarks>
public abstract record PropagationConfiguration
{
    /// <summary>All models, in the order in which they are named.</summary>
    internal static readonly (string Word, string[] Keys, Func<Section, PropagationConfiguration> Read)[] Models =
    [
        ("freeSpace", MediumKeys.FreeSpace, _ => new FreeSpacePropagation()),
        ("logDistance", MediumKeys.LogDistance, LogDistancePropagation.Read),
        ("ituIndoor", MediumKeys.ItuIndoor, ItuIndoorPropagation.Read),
        ("twoRayGround", MediumKeys.TwoRayGround, TwoRayGroundPropagation.Read),
    ];

    /// <summary>Standard deviation of log-normal shadowing, dB: one draw for each pair of radios, the same both ways; 0: none.</summary>
    public double ShadowingDb { get; init; }

    /// <summary>What is said of it to people.</summary>
    public string ToWords() => ShadowingDb > 0 ? FormattableString.Invariant($"{ModelToWords()}, shadowing {ShadowingDb} dB") : ModelToWords();

    /// <summary>The value of <c>propagation</c>.</summary>
    internal JsonObject ToJson()
    {
        var json = ModelToJson();
        if (ShadowingDb != 0)
            json["shadowingDb"] = ShadowingDb;
        return json;
    }

    // A wider spread than any measured (2 to 12 dB) is a mistake.
    internal static PropagationConfiguration Read(string model, Section section) =>
        Array.Find(Models, m => m.Word == model).Read(section) with { ShadowingDb = section.Number("shadowingDb", new(0, 40, "dB")) ?? 0 };

    private protected abstract string ModelToWords();

    private protected abstract JsonObject ModelToJson();
}

/// <content>Those of propagation models.</content>
internal static partial class MediumKeys
{
    public static readonly string[] FreeSpace = ["model", "shadowingDb"];
    public static readonly string[] LogDistance = ["model", "exponent", "referenceDistance", "shadowingDb"];
    public static readonly string[] ItuIndoor = ["model", "powerLossCoefficient", "floors", "floorLossDb", "shadowingDb"];
    public static readonly string[] TwoRayGround = ["model", "systemLoss", "shadowingDb"];
}

/// <summary>Friis' free space.</summary>
public sealed record FreeSpacePropagation : PropagationConfiguration
{
    private protected override string ModelToWords() => "free space";

    private protected override JsonObject ModelToJson() => new() { ["model"] = "freeSpace" };
}

/// <summary>Free space up to a reference distance, then 10 n log10(d/d0).</summary>
/// <param name="Exponent">n: 2 as in free space, 2.7 to 3.5 in towns, 4 to 6 in buildings.</param>
/// <param name="ReferenceDistance">d0, metres.</param>
public sealed record LogDistancePropagation(double Exponent, double ReferenceDistance) : PropagationConfiguration
{
    /// <summary>A town's street (2.7 to 3.5). Source: T. S. Rappaport, Wireless Communications, 2nd edition, table 4.2.</summary>
    private const double DefaultExponent = 3;

    internal static LogDistancePropagation Read(Section section) =>
        new(section.Number("exponent", new(1, 10)) ?? DefaultExponent, section.Number("referenceDistance", new(0.01, 1000, "m")) ?? 1);

    private protected override string ModelToWords() =>
        FormattableString.Invariant($"log distance, exponent {Exponent} beyond {ReferenceDistance} m");

    private protected override JsonObject ModelToJson() =>
        new() { ["model"] = "logDistance", ["exponent"] = Exponent, ["referenceDistance"] = ReferenceDistance };
}

/// <summary>ITU-R P.1238: 20 log10(f) + N log10(d) + Lf(n) - 28.</summary>
/// <param name="PowerLossCoefficient">N; null: that of an office in the frame's band.</param>
/// <param name="Floors">n, floors between the radios.</param>
/// <param name="FloorLossDb">Lf(n), dB; null: that of an office in the frame's band.</param>
public sealed record ItuIndoorPropagation(double? PowerLossCoefficient, int Floors, double? FloorLossDb) : PropagationConfiguration
{
    internal static ItuIndoorPropagation Read(Section section) => new(
        section.Number("powerLossCoefficient", new(0, 100)), section.Integer("floors", 0, 0, 100), section.Number("floorLossDb", new(0, 200, "dB")));

    private protected override string ModelToWords()
    {
        string coefficient = PowerLossCoefficient is { } given ? FormattableString.Invariant($"{given}") : "of an office";
        string loss = FloorLossDb is { } db ? FormattableString.Invariant($"{db} dB") : "an office's loss";
        return FormattableString.Invariant($"ITU indoor, coefficient {coefficient}, {Floors} floors of {loss}");
    }

    private protected override JsonObject ModelToJson()
    {
        var json = new JsonObject { ["model"] = "ituIndoor" };
        MediumWriter.Add(json, "powerLossCoefficient", PowerLossCoefficient);
        json["floors"] = Floors;
        MediumWriter.Add(json, "floorLossDb", FloorLossDb);
        return json;
    }
}

/// <summary>Two-ray ground reflection: free space up to the crossover distance 4 pi ht hr / lambda, then d^4 / (ht^2 hr^2).</summary>
/// <remarks>The antennas' heights are the z of their positions, at least 0.1 m.</remarks>
/// <param name="SystemLoss">L, 1 or more.</param>
public sealed record TwoRayGroundPropagation(double SystemLoss) : PropagationConfiguration
{
    internal static TwoRayGroundPropagation Read(Section section) => new(section.Number("systemLoss", new(1, 1000)) ?? 1);

    private protected override string ModelToWords() => FormattableString.Invariant($"two-ray ground, system loss {SystemLoss}");

    private protected override JsonObject ModelToJson() => new() { ["model"] = "twoRayGround", ["systemLoss"] = SystemLoss };
}
