using ShmWifi.Configuration.Text;
using YamlDotNet.Core;

namespace ShmWifi.Configuration.Yaml;

/// <summary>Collects the errors of one text.</summary>
internal sealed class ErrorList(string file)
{
    // More than anybody reads. A damaged or malicious text could have a million.
    private const int Limit = 100;

    private readonly List<ConfigurationError> _errors = [];

    public int Count => _errors.Count;

    public bool Any => Count > 0;

    /// <summary>Whether more errors would be left out.</summary>
    public bool IsFull => _errors.Count == Limit;

    public void Add(Mark at, string message, YamlField? field = null) => Add((int)at.Line, (int)at.Column, message, field);

    public void Add(YamlNode at, string message) => Add(at.Start, message, at.Field);

    public void Add(int line, int column, string message, YamlField? field = null)
    {
        if (!IsFull)
            _errors.Add(new(file, line, column, message) { Field = field?.ToString() ?? "" });
    }

    /// <summary>In the order of the file; what concerns the file as a whole comes first.</summary>
    public IReadOnlyList<ConfigurationError> Sorted()
    {
        List<ConfigurationError> sorted = [.. _errors.OrderBy(e => e.Line).ThenBy(e => e.Column)];
        if (IsFull)
            sorted.Add(new(file, 0, 0, $"has {Limit} errors or more; the others are not told"));
        return sorted;
    }
}
