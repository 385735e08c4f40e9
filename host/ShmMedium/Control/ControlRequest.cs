using Microsoft.AspNetCore.Http;

namespace ShmWifi.Medium.Control;

/// <summary>A request, as far as routes read it.</summary>
/// <param name="Parameters">Those of the path.</param>
/// <param name="Query">What is after the question mark.</param>
/// <param name="Body">JSON or YAML; empty when the route takes none.</param>
internal sealed record ControlRequest(IReadOnlyDictionary<string, string> Parameters, IQueryCollection Query, string Body)
{
    /// <summary>A parameter of the path.</summary>
    public string this[string name] => Parameters[name];
}
