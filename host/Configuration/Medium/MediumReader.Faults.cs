using System.Globalization;
using System.Text;
using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Configuration.Medium;

internal sealed partial class MediumReader
{
    private const int MaxCount = 1_000_000_000, MaxNameLength = 64, MaxSsidBytes = 32;

    private static readonly string NameAllowed = $"1 to {MaxNameLength} characters out of A-Z a-z 0-9 _ . -";

    private readonly HashSet<string> _faultNames = new(StringComparer.Ordinal);
    private readonly HashSet<string> _reserved = new(StringComparer.Ordinal);

    /// <summary>A fault.</summary>
    /// <param name="mayReplace">Whether its name may be there already.</param>
    public FaultConfiguration ReadFault(YamlNode node, bool mayReplace)
    {
        var section = new Section(node, "faults", MediumKeys.Fault, errors);
        if (section.Value("action") is null)
            section.Missing("action", FaultAction.Allowed);
        return new(
            FaultName(section, mayReplace),
            section.Value("match") is { } match ? ReadMatch(match) : new(),
            section.Value("action") is { } action ? FaultAction.Read(action, errors) : new DropFault())
        {
            Probability = section.Number("probability", Probability) ?? 1,
            Count = section.Value("count") is null ? null : section.Integer("count", 1, 1, MaxCount),
        };
    }

    /// <summary>Names that faults have, so that an unnamed one gets another.</summary>
    public void TakeNames(IEnumerable<string> names) => _faultNames.UnionWith(names);

    // What is named in the text is not given to an unnamed fault before it.
    private void ReserveNames(IEnumerable<YamlNode> faults) => _reserved.UnionWith(
        faults.Select(fault => ValueIn(fault, "name")).OfType<YamlScalar>().Where(name => !name.IsNull).Select(name => name.Value));

    private static YamlNode? ValueIn(YamlNode node, string key) =>
        (node as YamlMap)?.Pairs.FirstOrDefault(p => p.Key is YamlScalar { Value: var word } && word == key).Value;

    private List<FaultConfiguration> ReadFaults(Section top) =>
        [.. top.Items("faults", "a list of faults", MediumLimits.Faults).Select(node => ReadFault(node, mayReplace: false))];

    private string FaultName(Section section, bool mayReplace)
    {
        if (ReadName(section) is not { } name)
            return NextFaultName();
        if (!_faultNames.Add(name) && !mayReplace)
            errors.Add(section.Value("name")!, $"a fault called '{name}' is there already; give each its own name");
        return name;
    }

    private string NextFaultName()
    {
        for (int number = 1; ; number++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"fault{number}");
            if (!_reserved.Contains(name) && _faultNames.Add(name))
                return name;
        }
    }

    /// <summary>The name of a fault, jammer or wall; null: it has none.</summary>
    private string? ReadName(Section section)
    {
        if (section.Scalar("name", NameAllowed) is not { Value: var name } scalar)
            return null;
        if (!(name.Length is > 0 and <= MaxNameLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-')))
            errors.Add(scalar, $"'name' is {scalar.Kind}; allowed: {NameAllowed}");
        return name;
    }

    private FrameMatch ReadMatch(YamlNode node)
    {
        var section = new Section(node, "match", MediumKeys.Match, errors);
        return new()
        {
            Kinds = ReadKinds(section),
            From = Pattern(section, "from"),
            To = Pattern(section, "to"),
            Receiver = ReadAddress(section, "addr1"),
            Transmitter = ReadAddress(section, "addr2"),
            Ssid = ReadSsid(section),
        };
    }

    private List<FrameKind> ReadKinds(Section section)
    {
        var kinds = new List<FrameKind>();
        var items = section.Value("frame") switch
        {
            null => [],
            YamlList list => list.Items,
            { } node => [node],
        };
        if (Section.TooMany("frame", items.Count, FrameKind.All.Count) is { } problem)
        {
            errors.Add(section.Value("frame")!, problem);
            return kinds;
        }

        foreach (var item in items)
        {
            // 'null' is the name of a frame here, in quotes or not.
            if (item is YamlScalar scalar && FrameKind.All.FirstOrDefault(k => k.Text == scalar.Value) is { } kind)
            {
                kinds.Add(kind);
                continue;
            }

            var words = FrameKind.All.Select(k => k.Text);
            string hint = item is YamlScalar { Value: var text } ? Nearest.Hint(text, words) : "";
            errors.Add(item, $"'frame' is {item.Kind}{hint}; allowed: {string.Join(", ", words)}, or a list of them");
        }

        return kinds;
    }

    private MacAddress? ReadAddress(Section section, string key)
    {
        const string Allowed = "an address, such as 02:00:00:00:00:01";
        if (section.Scalar(key, Allowed) is not { } scalar)
            return null;
        if (MacAddress.TryParse(scalar.Value, out var address))
            return address;
        errors.Add(scalar, $"'{key}' is {scalar.Kind}; allowed: {Allowed}");
        return null;
    }

    private string? ReadSsid(Section section)
    {
        const string Allowed = "a text of at most 32 bytes";
        if (section.Scalar("ssid", Allowed) is not { Value: var ssid } scalar)
            return null;
        if (Encoding.UTF8.GetByteCount(ssid) > MaxSsidBytes)
            errors.Add(scalar, $"'ssid' is {scalar.Kind}, {Encoding.UTF8.GetByteCount(ssid)} bytes; allowed: {Allowed}");
        return ssid;
    }
}
