using ShmWifi.Configuration.Text;

namespace ShmWifi.ShmMedium.Control;

/// <summary>The entry of a list of the configuration that a path names: a fault, a jammer, a wall.</summary>
internal static class NamedEntry
{
    /// <summary>Finds it.</summary>
    /// <param name="kind">What it is, such as "fault"; the resource is its plural.</param>
    /// <exception cref="ControlException">404: no entry has the name.</exception>
    public static T Find<T>(IReadOnlyList<T> entries, Func<T, string> nameOf, string name, string kind)
        where T : class =>
        entries.FirstOrDefault(entry => nameOf(entry) == name)
        ?? throw new ControlException(
            404, $"no {kind} is called '{name}'{Nearest.Hint(name, entries.Select(nameOf))}; GET /v1/{kind}s tells which there are");
}
