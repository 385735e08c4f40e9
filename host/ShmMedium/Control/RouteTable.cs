using ShmWifi.Configuration;

namespace ShmWifi.Medium.Control;

/// <summary>All that the API answers to.</summary>
internal sealed class RouteTable(IReadOnlyList<Route> routes)
{
    /// <summary>Where the description of the rest is.</summary>
    public const string DescriptionPath = "/v1/openapi.json";

    /// <summary>Each method of each resource.</summary>
    public IReadOnlyList<Route> Routes { get; } = routes;

    /// <summary>The route of a request.</summary>
    /// <param name="method">HTTP's.</param>
    /// <param name="target">The request line's, in origin form: path and query.</param>
    /// <param name="parameters">Those of the path.</param>
    /// <exception cref="ControlException">404: there is no such resource; 405: it has no such method.</exception>
    public Route Find(string method, string target, out Dictionary<string, string> parameters)
    {
        string path = target.Split('?', 2)[0];
        // Split first: a slash within a name is written %2F.
        string[] segments = [.. path.Split('/').Skip(1).Select(Uri.UnescapeDataString)];
        List<string> methods = [];
        foreach (Route route in Routes)
        {
            if (!route.TryMatch(segments, out parameters))
                continue;
            if (route.Method == method)
                return route;
            methods.Add(route.Method);
        }
        if (methods.Count != 0)
        {
            string allowed = string.Join(", ", methods);
            throw new ControlException(405, $"{path} has no {Printable(method)}; it has {allowed}") { Allow = allowed };
        }
        IEnumerable<string> plain = Routes.Select(r => r.Path).Where(p => !p.Contains('{', StringComparison.Ordinal)).Distinct();
        throw new ControlException(
            404,
            $"there is no {Printable(path)}{Nearest.Hint(path, plain)}; {DescriptionPath} describes what there is; a slash within a name is written %2F");
    }

    private static string Printable(string text) => text.Length <= 100 ? text : text[..100] + "...";
}
