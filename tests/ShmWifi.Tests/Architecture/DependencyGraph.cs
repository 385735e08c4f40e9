namespace ShmWifi.Tests.Architecture;

/// <summary>Who depends on whom, and by what.</summary>
internal sealed class DependencyGraph
{
    private readonly SortedDictionary<string, SortedDictionary<string, SortedSet<string>>> _edges = new(StringComparer.Ordinal);

    /// <summary>A namespace depends on another; with itself it does not count.</summary>
    public void Add(string from, string to, string witness)
    {
        if (from == to)
            return;
        if (!_edges.TryGetValue(from, out SortedDictionary<string, SortedSet<string>>? targets))
            _edges[from] = targets = new(StringComparer.Ordinal);
        if (!targets.TryGetValue(to, out SortedSet<string>? witnesses))
            targets[to] = witnesses = new(StringComparer.Ordinal);
        witnesses.Add(witness);
    }

    /// <summary>By what a namespace depends on another.</summary>
    public IReadOnlyCollection<string> Witnesses(string from, string to) =>
        _edges.TryGetValue(from, out SortedDictionary<string, SortedSet<string>>? targets)
            && targets.TryGetValue(to, out SortedSet<string>? witnesses)
            ? witnesses
            : [];

    /// <summary>For each dependency that can be followed back to where it starts: the
    /// shortest way round, an arrow a line, with what makes it.</summary>
    public IReadOnlyList<string> FindCycles()
    {
        var cycles = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string from, SortedDictionary<string, SortedSet<string>> targets) in _edges)
        {
            foreach (string to in targets.Keys)
            {
                if (FindWay(to, from) is not { } way || !seen.Add(string.Join(' ', way.Order(StringComparer.Ordinal))))
                    continue;
                IEnumerable<string> round = way.Prepend(from);
                cycles.Add(string.Join('\n', round.Zip(round.Skip(1), Show)));
            }
        }
        return cycles;
    }

    /// <summary>The shortest way, both ends included; breadth first.</summary>
    private List<string>? FindWay(string from, string to)
    {
        var cameFrom = new Dictionary<string, string>(StringComparer.Ordinal) { [from] = from };
        var next = new Queue<string>([from]);
        while (next.TryDequeue(out string? at))
        {
            if (at == to)
            {
                var way = new List<string> { at };
                while (at != from)
                    way.Insert(0, at = cameFrom[at]);
                return way;
            }
            foreach (string target in _edges.TryGetValue(at, out SortedDictionary<string, SortedSet<string>>? targets)
                ? targets.Keys.AsEnumerable()
                : [])
            {
                if (cameFrom.TryAdd(target, at))
                    next.Enqueue(target);
            }
        }
        return null;
    }

    private string Show(string from, string to)
    {
        const int Shown = 4;
        IReadOnlyCollection<string> witnesses = Witnesses(from, to);
        string more = witnesses.Count > Shown ? $" and {witnesses.Count - Shown} more" : "";
        return $"  {from} -> {to}: {string.Join(", ", witnesses.Take(Shown))}{more}";
    }
}
