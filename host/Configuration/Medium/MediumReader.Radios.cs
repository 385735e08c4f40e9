using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration.Medium;

internal sealed partial class MediumReader
{
    /// <summary>Twenty times around the Earth would not be a wireless LAN; and differences keep their millimetres.</summary>
    private static readonly Bounds Coordinate = new(-1e6, 1e6, "m");

    /// <summary>Faster than a satellite.</summary>
    private static readonly Bounds Velocity = new(-10_000, 10_000, "m/s");

    /// <summary>Above 0, as the model needs.</summary>
    private static readonly Bounds Speed = new(0.001, 10_000, "m/s");

    /// <summary>A box that is a point would be left and reached without end.</summary>
    private const double SmallestBox = 0.1;

    private static readonly Bounds TxPower = new(-100, 100, "dBm");
    private static readonly Bounds AntennaGain = new(-100, 100, "dBi");
    private static readonly Bounds NoiseFloor = new(-200, 0, "dBm");
    private static readonly Bounds Snr = new(-50, 150, "dB");
    private static readonly Bounds Probability = new(0, 1);

    /// <summary>An entry about radios.</summary>
    public RadioConfiguration ReadRadio(YamlNode node)
    {
        var section = new Section(node, "radios", MediumKeys.Radio, errors);
        return new(RequiredPattern(section, "radio"))
        {
            Motion = ReadMotion(section),
            TxPowerDbm = section.Number("txPowerDbm", TxPower),
            AntennaGainDbi = section.Number("antennaGainDbi", AntennaGain),
            NoiseFloorDbm = section.Number("noiseFloorDbm", NoiseFloor),
            DataRate = ReadDataRate(section),
        };
    }

    /// <summary>A given link.</summary>
    public LinkConfiguration ReadLink(YamlNode node)
    {
        var section = new Section(node, "links", MediumKeys.Link, errors);
        var link = new LinkConfiguration(RequiredPattern(section, "from"), RequiredPattern(section, "to"))
        {
            OneWay = section.Flag("oneWay"),
            SnrDb = section.Number("snrDb", Snr),
            Loss = section.Number("loss", Probability),
        };
        if (section.Value("snrDb") is null == section.Value("loss") is null && section.IsMapping)
        {
            string what = section.Value("loss") is null ? "neither 'snrDb' nor 'loss'" : "both 'snrDb' and 'loss'";
            errors.Add(node, $"this link has {what}; give one of them");
        }

        return link;
    }

    /// <summary>The two ends of a link.</summary>
    public RemoveLink ReadRemoveLink(YamlNode node)
    {
        var section = new Section(node, "removeLink", MediumKeys.RemoveLink, errors);
        return new(RequiredPattern(section, "from"), RequiredPattern(section, "to"));
    }

    private List<RadioConfiguration> ReadRadios(Section top)
    {
        var first = new Dictionary<(RadioPattern, string), YamlNode>();
        var radios = new List<RadioConfiguration>();
        foreach (var node in top.Items("radios", "a list of entries about radios", MediumLimits.Radios))
        {
            int before = errors.Count;
            var radio = ReadRadio(node);
            radios.Add(radio);
            if (errors.Count > before)
                continue;
            foreach (string what in Said(radio))
            {
                if (!first.TryAdd((radio.Radio, what), node))
                    errors.Add(node,
                        $"'{radio.Radio}' gets {what} a second time here; the first is in line {first[(radio.Radio, what)].Start.Line}: keep one");
            }
        }

        return radios;
    }

    private static IEnumerable<string> Said(RadioConfiguration radio)
    {
        if (radio.Motion is not null)
            yield return "a place";
        if (radio.TxPowerDbm is not null)
            yield return "'txPowerDbm'";
        if (radio.AntennaGainDbi is not null)
            yield return "'antennaGainDbi'";
        if (radio.NoiseFloorDbm is not null)
            yield return "'noiseFloorDbm'";
        if (radio.DataRate is not null)
            yield return "'dataRate'";
    }

    private DataRate? ReadDataRate(Section section)
    {
        const string Key = "dataRate";
        if (section.Scalar(Key, DataRate.Allowed) is not { } scalar)
            return null;
        if (!DataRate.TryParse(scalar.Value, out var dataRate))
            errors.Add(scalar, $"'{Key}' is {scalar.Kind}; allowed: {DataRate.Allowed}");
        return dataRate;
    }

    private List<LinkConfiguration> ReadLinks(Section top)
    {
        var first = new Dictionary<(RadioPattern, RadioPattern), YamlNode>();
        var links = new List<LinkConfiguration>();
        foreach (var node in top.Items("links", "a list of links", MediumLimits.Links))
        {
            int before = errors.Count;
            var link = ReadLink(node);
            if (errors.Count == before && !first.TryAdd((link.From, link.To), node))
                errors.Add(node, $"the link from '{link.From}' to '{link.To}' is here a second time; the first is in line "
                    + $"{first[(link.From, link.To)].Start.Line}");
            links.Add(link);
        }

        return links;
    }

    private MotionConfiguration? ReadMotion(Section section)
    {
        string[] ways = [.. MediumKeys.Motion.Where(key => section.Value(key) is not null)];
        if (ways.Length > 1)
        {
            errors.Add(section.Value(ways[1])!, $"'{ways[1]}' is beside '{ways[0]}'; a radio moves one way: give one of them");
            return null;
        }

        if (section.Value("velocity") is { } velocity && section.Value("position") is null)
            errors.Add(velocity, "'velocity' without 'position'; give where it starts, too");
        return ways switch
        {
            ["position"] => new LinearMotion(
                ToPosition(section.Numbers("position", 3, Coordinate)), ToPosition(section.Numbers("velocity", 3, Velocity))),
            ["waypoints"] => ReadWaypoints(section),
            ["randomWaypoint"] => ReadRandomWaypoint(section.Value("randomWaypoint")!),
            _ => null,
        };
    }

    private WaypointMotion ReadWaypoints(Section section)
    {
        const string Allowed = "a list of at least one point, each with 'at' and 'position'";
        var points = new List<Waypoint>();
        foreach (var node in section.Items("waypoints", Allowed, MediumLimits.Waypoints))
        {
            int before = errors.Count;
            var point = new Section(node, "waypoints", MediumKeys.Waypoint, errors);
            var at = ReadAt(point);
            if (point.Value("position") is null)
                point.Missing("position", $"a list of 3 numbers, each {Coordinate.Allowed}");
            if (errors.Count == before && points.Count > 0 && at <= points[^1].At)
                errors.Add(point.Value("at")!, $"'at' is {Duration.ToText(at)}, not later than the point before, {Duration.ToText(points[^1].At)}; "
                    + $"give the points in the order of time");
            points.Add(new(at, ToPosition(point.Numbers("position", 3, Coordinate))));
        }

        if (section.Value("waypoints") is YamlList { Items.Count: 0 } empty)
            errors.Add(empty, $"'waypoints' is an empty list; allowed: {Allowed}");
        return new(points);
    }

    private RandomWaypointMotion ReadRandomWaypoint(YamlNode node)
    {
        var section = new Section(node, "randomWaypoint", MediumKeys.RandomWaypoint, errors);
        var (low, high) = ReadBox(section);
        if (section.Value("speed") is null)
            section.Missing("speed", $"the least and the most, each {Speed.Allowed}");
        double[] speed = section.Numbers("speed", 2, Speed) ?? [1, 1];
        if (speed[0] > speed[1])
            errors.Add(section.Value("speed")!, "'speed' has the least above the most; give the least first");
        return new(low, high, speed[0], speed[1], section.Duration("pause", TimeSpan.Zero, MaxTime) ?? TimeSpan.Zero)
        {
            Elapsed = section.Duration("elapsed", TimeSpan.Zero, MaxTime) ?? TimeSpan.Zero,
        };
    }

    private (Position Low, Position High) ReadBox(Section section)
    {
        const string Allowed = "two corners, the one of the smallest coordinates and the one of the largest, such as [[0, 0, 1], [50, 50, 1]]";
        switch (section.Value("box"))
        {
            case null:
                section.Missing("box", Allowed);
                break;
            case YamlList { Items.Count: 2 } list:
                double[]? low = Section.Numbers(list.Items[0], "box[0]", 3, Coordinate, errors);
                double[]? high = Section.Numbers(list.Items[1], "box[1]", 3, Coordinate, errors);
                if (low is null || high is null)
                    break;
                if (low.Zip(high).Any(c => c.First > c.Second))
                    errors.Add(list, $"'box' has a coordinate in its first corner that is above the second's; allowed: {Allowed}");
                else if (low.Zip(high).All(c => c.Second - c.First < SmallestBox))
                    errors.Add(list, $"'box' is too small to move in; its longest edge must be at least {SmallestBox} m");
                return (ToPosition(low), ToPosition(high));
            case { } node:
                errors.Add(node, $"'box' is {(node is YamlList other ? $"a list of {other.Items.Count}" : node.Kind)}; allowed: {Allowed}");
                break;
        }

        return default;
    }

    private static Position ToPosition(double[]? numbers) => numbers is [var x, var y, var z] ? new(x, y, z) : default;

    private static TimeSpan ReadAt(Section section)
    {
        if (section.Value("at") is null)
            section.Missing("at", Duration.Allowed);
        return section.Duration("at", TimeSpan.Zero, MaxTime) ?? default;
    }

    private RadioPattern RequiredPattern(Section section, string key)
    {
        if (section.Value(key) is null)
            section.Missing(key, RadioPattern.Allowed);
        return Pattern(section, key);
    }

    // All radios when the key is missing.
    private RadioPattern Pattern(Section section, string key)
    {
        if (section.Scalar(key, RadioPattern.Allowed) is not { } scalar)
            return RadioPattern.Any;
        if (RadioPattern.TryParse(scalar.Value, out var pattern))
            _patterns.Add((pattern, scalar));
        else
            errors.Add(scalar, $"'{key}' is {scalar.Kind}; allowed: {RadioPattern.Allowed}");
        return pattern;
    }
}
