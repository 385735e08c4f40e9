using YamlDotNet.Core;

namespace ShmWifi.Configuration.Yaml;

/// <summary>Collects the errors of one file.</summary>
internal sealed class ErrorList(string file)
{
    private readonly List<ConfigurationError> _errors = [];

    public bool Any => _errors.Count > 0;

    public void Add(Mark at, string message) => _errors.Add(new(file, (int)at.Line, (int)at.Column, message));

    public void Add(YamlNode at, string message) => Add(at.Start, message);

    /// <summary>In the order of the file; what concerns the file as a whole comes first.</summary>
    public IReadOnlyList<ConfigurationError> Sorted() => [.. _errors.OrderBy(e => e.Line).ThenBy(e => e.Column)];
}
