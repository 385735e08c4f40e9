using System.Collections;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ShmWifi.Configuration.Medium;

/// <summary>Given links in their order, found by the two patterns that they are for.</summary>
/// <remarks>Immutable; one with a link more or less shares nearly all with it, so that a change costs little, however many there are.</remarks>
internal sealed class LinkList : IReadOnlyList<LinkConfiguration>
{
    private readonly ImmutableList<Entry> _entries; // by Order
    private readonly ImmutableDictionary<(RadioPattern From, RadioPattern To), long> _latest; // of each pair: the Order of its last link
    private readonly long _lastOrder;

    private LinkList(ImmutableList<Entry> entries, ImmutableDictionary<(RadioPattern From, RadioPattern To), long> latest, long lastOrder) =>
        (_entries, _latest, _lastOrder) = (entries, latest, lastOrder);

    /// <summary>None.</summary>
    public static LinkList Empty { get; } = new([], ImmutableDictionary<(RadioPattern From, RadioPattern To), long>.Empty, 0);

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public LinkConfiguration this[int index] => _entries[index].Link;

    /// <summary>Links in an order; a list that is one already stays as it is.</summary>
    public static LinkList Of(IReadOnlyList<LinkConfiguration> links)
    {
        if (links is LinkList list)
            return list;
        var entries = Empty._entries.ToBuilder();
        var latest = Empty._latest.ToBuilder();
        foreach (var link in links)
        {
            entries.Add(new(entries.Count + 1, link, latest.GetValueOrDefault((link.From, link.To))));
            latest[(link.From, link.To)] = entries.Count;
        }

        return new(entries.ToImmutable(), latest.ToImmutable(), entries.Count);
    }

    /// <summary>Whether a link is given for two patterns.</summary>
    public bool Has(RadioPattern from, RadioPattern to) => _latest.ContainsKey((from, to));

    /// <summary>With a link at the end, in place of all for the same patterns.</summary>
    public LinkList With(LinkConfiguration link)
    {
        long order = _lastOrder + 1;
        var others = Without(link.From, link.To);
        return new(others._entries.Add(new(order, link, Before: 0)), others._latest.SetItem((link.From, link.To), order), order);
    }

    /// <summary>Without those for two patterns.</summary>
    public LinkList Without(RadioPattern from, RadioPattern to)
    {
        var entries = _entries;
        for (long order = _latest.GetValueOrDefault((from, to)); order != 0;)
        {
            int index = entries.BinarySearch(new(order, null!, 0), ByOrder.Instance);
            order = entries[index].Before;
            entries = entries.RemoveAt(index);
        }

        return ReferenceEquals(entries, _entries) ? this : new(entries, _latest.Remove((from, to)), _lastOrder);
    }

    /// <inheritdoc/>
    public IEnumerator<LinkConfiguration> GetEnumerator() => _entries.Select(entry => entry.Link).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <param name="Order">Rises; from 1.</param>
    /// <param name="Before">The Order of the link before it for the same patterns; 0: there is none.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(long Order, LinkConfiguration Link, long Before);

    private sealed class ByOrder : IComparer<Entry>
    {
        public static ByOrder Instance { get; } = new();

        public int Compare(Entry x, Entry y) => x.Order.CompareTo(y.Order);
    }
}
