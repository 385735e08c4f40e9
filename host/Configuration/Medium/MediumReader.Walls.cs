using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration.Medium;

internal sealed partial class MediumReader
{
    private static readonly Bounds WallLossDb = new(0, 200, "dB");
    private static readonly Bounds ThicknessCm = new(0.01, 1000, "cm");

    private static readonly (string Word, WallMaterial Material)[] Materials = [.. WallMaterial.All.Select(m => (m.Word, m))];

    private readonly HashSet<string> _wallNames = new(StringComparer.Ordinal);

    /// <summary>A wall.</summary>
    /// <param name="mayReplace">Whether its name may be there already.</param>
    public WallConfiguration ReadWall(YamlNode node, bool mayReplace)
    {
        var section = new Section(node, "walls", MediumKeys.Wall, errors);
        if (section.Value("name") is null)
            section.Missing("name", NameAllowed);
        string? name = ReadName(section);
        if (name is not null && !_wallNames.Add(name) && !mayReplace)
            errors.Add(section.Value("name")!, $"a wall called '{name}' is there already; give each its own name");
        var (from, to) = (ReadEnd(section, "from"), ReadEnd(section, "to"));
        if (from is { } start && start == to)
            errors.Add(section.Value("to")!, "'to' is where 'from' is; a wall has a length");
        return new(name ?? "", from ?? default, to ?? default, ReadWallLoss(section));
    }

    private List<WallConfiguration> ReadWalls(Section top) =>
        [.. top.Items("walls", "a list of walls", MediumLimits.Walls).Select(node => ReadWall(node, mayReplace: false))];

    private static PlanPoint? ReadEnd(Section section, string key)
    {
        if (section.Value(key) is null)
            section.Missing(key, $"a list of 2 numbers, each {Coordinate.Allowed}");
        return section.Numbers(key, 2, Coordinate) is [var x, var y] ? new(x, y) : null;
    }

    private WallLoss ReadWallLoss(Section section)
    {
        if (section.Value("lossDb") is null == section.Value("material") is null && section.IsMapping)
        {
            string what = section.Value("material") is null ? "neither 'lossDb' nor 'material'" : "both 'lossDb' and 'material'";
            errors.Add(section.Node, $"this wall has {what}; give one of them");
        }
        else if (section.Value("lossDb") is not null && section.Value("thicknessCm") is { } thickness)
        {
            errors.Add(thickness, "'thicknessCm' is beside 'lossDb', which says all of the loss; give one of them");
        }

        double? lossDb = section.Number("lossDb", WallLossDb);
        var material = section.Word("material", WallMaterial.All[0], Materials);
        double thicknessCm = section.Number("thicknessCm", ThicknessCm) ?? material.UsualThicknessCm;
        return lossDb is { } given ? new GivenWallLoss(given) : new WallSlab(material, thicknessCm);
    }
}
