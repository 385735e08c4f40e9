using System.Runtime.InteropServices;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>The links that are given, found by the radios they are for: the last one that names a pair holds.</summary>
/// <remarks>Kept by patterns, so that finding a pair's costs a few look-ups, however many links there are.</remarks>
internal sealed class LinkOverrides
{
    private readonly Dictionary<RadioPattern, Dictionary<RadioPattern, Entry>> _byFrom = [];
    private long _order;

    /// <summary>These links.</summary>
    public static LinkOverrides Of(IReadOnlyList<LinkConfiguration> links)
    {
        var overrides = new LinkOverrides();
        foreach (var link in links)
            overrides.Add(link);
        return overrides;
    }

    /// <summary>Gives a link in place of those of the same patterns.</summary>
    public void Set(LinkConfiguration link)
    {
        Latest latest = new(link, ++_order);
        From(link.From)[link.To] = new(latest, link.OneWay ? default : latest);
    }

    /// <summary>Takes the links of two patterns back.</summary>
    public void Remove(RadioPattern from, RadioPattern to)
    {
        if (_byFrom.TryGetValue(from, out var byTo) && byTo.Remove(to) && byTo.Count == 0)
            _byFrom.Remove(from);
    }

    /// <summary>The link that holds from one radio to another; null: none is given. Does not allocate.</summary>
    public LinkConfiguration? Of(LinkEndpoint from, LinkEndpoint to)
    {
        if (_byFrom.Count == 0)
            return null;
        Latest found = default;
        foreach (var a in from.Patterns)
            if (_byFrom.TryGetValue(a, out var byTo))
                foreach (var b in to.Patterns)
                    if (byTo.TryGetValue(b, out var entry))
                        found = found.Or(entry.There);
        foreach (var b in to.Patterns)
            if (_byFrom.TryGetValue(b, out var byTo))
                foreach (var a in from.Patterns)
                    if (byTo.TryGetValue(a, out var entry))
                        found = found.Or(entry.Back);
        return found.Link;
    }

    private void Add(LinkConfiguration link)
    {
        Latest latest = new(link, ++_order);
        var byTo = From(link.From);
        byTo[link.To] = new(latest, link.OneWay ? byTo.GetValueOrDefault(link.To).Back : latest);
    }

    private Dictionary<RadioPattern, Entry> From(RadioPattern from)
    {
        if (!_byFrom.TryGetValue(from, out var byTo))
            _byFrom.Add(from, byTo = []);
        return byTo;
    }

    /// <summary>A link and its place in the order they were given; the first has 1.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Latest(LinkConfiguration? Link, long Order)
    {
        public Latest Or(Latest other) => other.Order > Order ? other : this;
    }

    /// <summary>What holds for two patterns, from the first to the second and back.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(Latest There, Latest Back);
}
