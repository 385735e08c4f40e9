namespace ShmWifi.Configuration.Medium;

/// <summary>What a wall is made of: its permittivity and conductivity, as frequency has them.</summary>
/// <remarks>Source: Recommendation ITU-R P.2040-3 (2023), table 3, the rows that begin at 1 GHz or below. Its relative permittivity is a f^b; b is 0
/// for all of these. The thicknesses are not the table's: what such walls, doors and panes often have.</remarks>
public sealed record WallMaterial
{
    private WallMaterial(string word, double permittivity, double c, double d, double usualThicknessCm) =>
        (Word, Permittivity, C, D, UsualThicknessCm) = (word, permittivity, c, d, usualThicknessCm);

    /// <summary>All materials, in the order in which they are named.</summary>
    public static IReadOnlyList<WallMaterial> All { get; } =
    [
        new("concrete", 5.24, 0.0462, 0.7822, 20),
        new("brick", 3.91, 0.0238, 0.16, 11.5),
        new("plasterboard", 2.73, 0.0085, 0.9395, 2.5),
        new("wood", 1.99, 0.0047, 1.0718, 4),
        new("chipboard", 2.58, 0.0217, 0.78, 1.8),
        new("plywood", 2.71, 0.33, 0, 1.8),
        new("glass", 6.31, 0.0036, 1.3394, 0.6),
        new("marble", 7.074, 0.0055, 0.9262, 2),
        new("metal", 1, 1e7, 0, 0.1),
    ];

    /// <summary>Its name in the configuration.</summary>
    public string Word { get; }

    /// <summary>The real part of its relative permittivity.</summary>
    public double Permittivity { get; }

    /// <summary>Its conductivity at 1 GHz, S/m.</summary>
    public double C { get; }

    /// <summary>The power of the frequency that its conductivity grows with.</summary>
    public double D { get; }

    /// <summary>Of a wall that does not say how thick it is, cm.</summary>
    public double UsualThicknessCm { get; }

    /// <summary>Its conductivity, c f^d, S/m.</summary>
    /// <param name="freqGhz">f, GHz.</param>
    public double Conductivity(double freqGhz) => C * Math.Pow(freqGhz, D);
}
