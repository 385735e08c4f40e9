using System.Globalization;
using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Configuration.Wmediumd;

/// <summary>Converts a configuration of wmediumd, and reports what is wrong and what differs.</summary>
/// <remarks>Source of what settings mean: wmediumd's README.md, wmediumd/config.c and
/// wmediumd/wmediumd.c (github.com/bcopeland/wmediumd, 717e5d7), and those of
/// Mininet-WiFi's wmediumd (github.com/ramonfontes/wmediumd, 1ea88d5), which has positions of three coordinates and more models, and of what others
/// made of it: several mediums (github.com/hsynydn/wmediumd, dd66b68), Nakagami fading (github.com/brunosfer/wmediumd, 0c5d95e).</remarks>
internal sealed partial class WmediumdReader(ErrorList errors, string file, string? errorTable, IReadOnlyList<string> vms)
{
    /// <summary>dB, of a link that is not given: SNR_DEFAULT.</summary>
    private const double DefaultSnrDb = 30;

    private readonly List<ConfigurationWarning> _warnings = [];
    private readonly Dictionary<MacAddress, RadioPattern> _byAddress = [];
    private readonly HashSet<string> _toldOf = new(StringComparer.Ordinal);
    private List<RadioPattern> _radios = [];

    /// <summary>What differs.</summary>
    public IReadOnlyList<ConfigurationWarning> Warnings => _warnings;

    /// <summary>The medium of a file; of use only when there are no errors.</summary>
    public MediumConfiguration Read(LibconfigGroup root)
    {
        if (root.Settings.TryGetValue("medium", out var mediums))
        {
            errors.Add(mediums.Line, mediums.Column, "'medium' is of yawmd, whose configurations are not imported: give each of its models as "
                + "wmediumd has it, with 'ifaces' and 'model'");
            return new();
        }

        CheckKeys(root, "");
        var ifaces = Group(root, "ifaces");
        if (ifaces is null)
        {
            errors.Add(1, 1, "'ifaces' is missing: a group with 'ids', the radios' addresses");
            return new();
        }

        CheckKeys(ifaces, "ifaces.");
        _radios = ReadIds(ifaces);

        // Frames take their airtime in wmediumd, always.
        var medium = new MediumConfiguration { Timing = Timing.Airtime, ErrorTable = errorTable };
        if (ifaces.Settings.GetValueOrDefault("enable_interference") is LibconfigBoolean { Value: true } interference)
            Warn(interference, "wmediumd draws collisions from how busy others were lately; 'timing: airtime' has the collisions that happen");
        var model = Group(root, "model");
        if (Group(root, "prob") is { } prob)
        {
            if (model is not null)
                errors.Add(prob.Line, prob.Column, "'prob' is of the first wmediumd, and 'model' of later ones; keep one of them");
            medium = ReadMatrices(prob, medium);
        }
        else if (ifaces.Settings.TryGetValue("links", out var links))
        {
            if (model?.Settings.GetValueOrDefault("type") is { } type)
                Warn(type, "wmediumd does not look at the model, since 'ifaces.links' is there; neither does the import");
            medium = medium with { Links = ReadSnrLinks(links) };
        }
        else if (model is not null)
        {
            medium = ReadModel(model, medium);
        }
        else if (errorTable is not null)
        {
            medium = medium with { Links = [Everywhere with { SnrDb = DefaultSnrDb }] };
        }

        medium = medium with { Links = Part(ifaces, medium.Links) };
        if (root.Settings.TryGetValue("jam", out var jam))
            medium = medium with { Links = Jam(jam, medium.Links) };
        return model is null ? medium : medium with { Fading = ReadFading(model, medium.Fading) };
    }

    private static LinkConfiguration Everywhere => new(RadioPattern.Any, RadioPattern.Any);

    private MediumConfiguration ReadModel(LibconfigGroup model, MediumConfiguration medium)
    {
        if (!model.Settings.TryGetValue("type", out var type))
        {
            CheckKeys(model, "model.", "fading_coefficient");
            foreach (string key in model.Settings.Keys.Where(key => key is "links" or "default_prob" or "positions").Take(1))
                errors.Add(model.Line, model.Column, $"'model.type' is missing, so wmediumd would not look at 'model.{key}'; give \"snr\", \"prob\" "
                    + "or \"path_loss\"");
            return medium with { Links = [Everywhere with { SnrDb = DefaultSnrDb }] };
        }

        switch ((type as LibconfigText)?.Value)
        {
            case "snr":
                CheckKeys(model, "model.", "type", "links", "fading_coefficient");
                return medium with { Links = ReadSnrLinks(model.Settings.GetValueOrDefault("links")) };
            case "prob":
                CheckKeys(model, "model.", "type", "links", "default_prob", "fading_coefficient");
                if (errorTable is not null)
                    errors.Add(type.Line, type.Column, "wmediumd takes no table of error rates (-x) beside loss probabilities; leave --per out");
                return medium with { Links = ReadLossLinks(model) };
            case "path_loss":
                return ReadPathLoss(model, medium);
            default:
                errors.Add(type.Line, type.Column, $"'model.type' is {type.Kind}; wmediumd knows \"snr\", \"prob\" and \"path_loss\"");
                return medium;
        }
    }

    private List<RadioPattern> ReadIds(LibconfigGroup ifaces)
    {
        var radios = new List<RadioPattern>();
        if (ifaces.Settings.GetValueOrDefault("ids") is not LibconfigList ids)
        {
            errors.Add(ifaces.Line, ifaces.Column, "'ifaces.ids' is missing, or no list: the radios' addresses, such as \"02:00:00:00:00:00\"");
            return radios;
        }

        if (ifaces.Settings.GetValueOrDefault("count") is LibconfigNumber count && count.Value != ids.Items.Count)
            Warn(count, string.Create(CultureInfo.InvariantCulture,
                $"'ifaces.count' is {count.Value}, but 'ids' has {ids.Items.Count}; wmediumd counts 'ids', and so does the import"));
        if (vms.Count > 0 && vms.Count != ids.Items.Count)
            errors.Add(ids.Line, ids.Column, $"'ifaces.ids' has {ids.Items.Count} radios, but {vms.Count} VMs are named; name one for each");
        for (int i = 0; i < ids.Items.Count; i++)
        {
            var id = ids.Items[i];
            bool isAddress = MacAddress.TryParse((id as LibconfigText)?.Value ?? "", out var address) && !address.IsGroup;
            if (!isAddress)
                errors.Add(id.Line, id.Column, $"'ifaces.ids[{i}]' is {id.Kind}; it must be the address of a radio, such as \"02:00:00:00:00:00\"");
            string name = i < vms.Count ? vms[i] : (id as LibconfigText)?.Value ?? "";
            if (RadioPattern.TryParse(name, out var radio) && radios.Contains(radio))
                errors.Add(id.Line, id.Column, $"'{name}' is there twice");
            radios.Add(radio);
            if (isAddress)
                _byAddress[address] = radio;
        }

        return radios;
    }

    private List<LinkConfiguration> ReadSnrLinks(LibconfigNode? links) =>
        [Everywhere with { SnrDb = DefaultSnrDb }, .. ReadLinks(links, "an SNR in dB, a whole number", (value, name) => Whole(value, name), SnrLink)];

    // wmediumd delivers nothing at or below 0 dB, at no rate (get_error_prob_from_snr, CCA_THRESHOLD).
    private static LinkConfiguration SnrLink(LinkConfiguration link, double snrDb) =>
        snrDb <= 0 ? link with { Loss = 1 } : link with { SnrDb = snrDb };

    private List<LinkConfiguration> ReadLossLinks(LibconfigGroup model)
    {
        var links = new List<LinkConfiguration>();
        var defaultNode = model.Settings.GetValueOrDefault("default_prob");
        double loss = defaultNode is null ? 0 : Probability(defaultNode, "model.default_prob");
        if (loss > 0)
            links.Add(Everywhere with { Loss = loss });
        links.AddRange(ReadLinks(model.Settings.GetValueOrDefault("links"), "a probability from 0.0 to 1.0", Probability, (link, value) =>
            link with { Loss = value }));
        if (links.Exists(l => l.Loss is > 0 and < 1))
        {
            Warn(
                model,
                "wmediumd draws a loss once for a frame and all its retries; here each attempt is drawn, so retries mend most of it. "
                + "For the former, give a fault for the link: {match: {from: A, to: B}, action: drop, probability: P}");
        }

        return links;
    }

    private double Probability(LibconfigNode node, string name)
    {
        double value = Real(node, name);
        if (value is < 0 or > 1)
            errors.Add(node.Line, node.Column, FormattableString.Invariant($"'{name}' is {value}; wmediumd allows 0.0 to 1.0"));
        return value;
    }

    // A link that is given in one direction only holds for the other, too; the last one for a direction holds.
    private IEnumerable<LinkConfiguration> ReadLinks(
        LibconfigNode? node, string expected, Func<LibconfigNode, string, double> read, Func<LinkConfiguration, double, LinkConfiguration> make)
    {
        if (node is null)
            return [];
        if (node is not LibconfigList list)
        {
            errors.Add(node.Line, node.Column, $"'links' is {node.Kind}; it must be a list of links");
            return [];
        }

        var matrix = new Dictionary<(int From, int To), double>();
        foreach (var item in list.Items)
        {
            if (item is not LibconfigList { Items: [var from, var to, var value] })
            {
                errors.Add(item.Line, item.Column, $"this link is {item.Kind}; it must be a list of three: two indices of 'ids' and {expected}");
                continue;
            }

            var (start, end) = (Index(from), Index(to));
            double quality = read(value, "links");
            if (start == end && start >= 0)
                Warn(item, "a link of a radio to itself means nothing; it is left out");
            else if (start >= 0 && end >= 0)
                matrix[(start, end)] = quality;
        }

        return Directions(matrix, make);
    }

    private IEnumerable<LinkConfiguration> Directions(Dictionary<(int From, int To), double> matrix,
        Func<LinkConfiguration, double, LinkConfiguration> make)
    {
        foreach (var (a, b) in matrix.Keys.Select(k => (Math.Min(k.From, k.To), Math.Max(k.From, k.To))).Distinct().Order())
        {
            bool hasThere = matrix.TryGetValue((a, b), out double there);
            bool hasBack = matrix.TryGetValue((b, a), out double back);
            if (!hasThere || !hasBack || there == back)
            {
                yield return make(new(_radios[a], _radios[b]), hasThere ? there : back);
                continue;
            }

            yield return make(new(_radios[a], _radios[b]) { OneWay = true }, there);
            yield return make(new(_radios[b], _radios[a]) { OneWay = true }, back);
        }
    }

    private int Index(LibconfigNode node)
    {
        if (node is LibconfigNumber { IsWhole: true, Value: var value } && value >= 0 && value < _radios.Count)
            return (int)value;
        errors.Add(node.Line, node.Column, $"{node.Kind} is no index of 'ids'; allowed: 0 to {_radios.Count - 1}");
        return -1;
    }

    // libconfig gives 0 for a number of the other type (CONFIG_OPTION_AUTOCONVERT is off),
    // or nothing at all where a setting is looked up by its name.
    private double Whole(LibconfigNode node, string name, bool isLookedUp = false)
    {
        double value = Number(node, name);
        if (node is LibconfigNumber { IsWhole: false })
            WarnOfType(node, name, value, isLookedUp, "whole numbers");
        return value;
    }

    private double Real(LibconfigNode node, string name, bool isLookedUp = false)
    {
        double value = Number(node, name);
        if (node is LibconfigNumber { IsWhole: true } && (value != 0 || isLookedUp))
            WarnOfType(node, name, value, isLookedUp, "a decimal point");
        return value;
    }

    private void WarnOfType(LibconfigNode node, string name, double value, bool isLookedUp, string wanted)
    {
        if (_toldOf.Add(name))
            Warn(node, string.Create(CultureInfo.InvariantCulture,
                $"wmediumd {(isLookedUp ? $"refuses {value}" : $"takes {value} for 0")}, since '{name}' wants {wanted}; it is imported as {value}"));
    }

    private double Number(LibconfigNode node, string name)
    {
        if (node is LibconfigNumber { Value: var value })
            return value;
        errors.Add(node.Line, node.Column, $"'{name}' is {node.Kind}; it must be a number");
        return 0;
    }

    private LibconfigGroup? Group(LibconfigGroup parent, string name)
    {
        var node = parent.Settings.GetValueOrDefault(name);
        if (node is not null and not LibconfigGroup)
            errors.Add(node.Line, node.Column, $"'{name}' is {node.Kind}; it must be a group");
        return node as LibconfigGroup;
    }

    /// <summary>All settings of wmediumds in a group; and those in their own examples that none of them looks at.</summary>
    private static string[] KnownIn(string path) => path switch
    {
        "ifaces." => ["ids", "count", "links", "enable_interference", "medium_array", "enable_medium_detection"],
        "model." => ["band", "links", "default_prob", .. PathLossKeys, .. MininetKeys, "path_loss_exp", "xg", "sL", "nFLOORS", "LF", "lF", "pL", "m"],
        "prob." => ["rates", "matrix_list"],
        _ => ["ifaces", "model", "prob", "jam"],
    };

    private void CheckKeys(LibconfigGroup group, string path) => CheckKeys(group, path, KnownIn(path));

    private void CheckKeys(LibconfigGroup group, string path, params string[] known)
    {
        foreach (var (key, node) in group.Settings.Where(s => !known.Contains(s.Key)))
        {
            string[] ofAny = KnownIn(path);
            if (ofAny.Contains(key))
                Warn(node, $"'{path}{key}' is nothing that wmediumd looks at here; it is left out");
            else
                errors.Add(node.Line, node.Column, $"'{path}{key}' is a setting of no wmediumd that is known{Nearest.Hint(key, ofAny)}; correct it, "
                    + $"or leave it out; known are {string.Join(", ", ofAny)}");
        }
    }

    private void Warn(LibconfigNode at, string message) => _warnings.Add(new(file, at.Line, at.Column, message));
}
