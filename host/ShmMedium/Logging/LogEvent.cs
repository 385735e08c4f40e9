using Microsoft.Extensions.Logging;

namespace ShmWifi.ShmMedium.Logging;

/// <summary>One thing that happened, as sinks write it.</summary>
/// <param name="Id">Number and name, such as 101 and "vm-attached" (docs/monitoring.md).</param>
/// <param name="Vm">The VM; null: none.</param>
internal sealed record LogEvent(DateTimeOffset Time, LogLevel Level, EventId Id, string? Vm, string Message)
{
    /// <summary>The event's name; its number, if it has none.</summary>
    public string Event => Id.ToString();

    /// <summary>Whether something was lost, refused or went wrong.</summary>
    public bool IsWarning => Level >= LogLevel.Warning;

    /// <summary>The VM that an event is of, as <see cref="MediumLog"/> tells it: as the value <c>vm</c>; null: of none.</summary>
    public static string? VmOf<TState>(TState state) => state is IReadOnlyList<KeyValuePair<string, object?>> values
        ? values.FirstOrDefault(v => v.Key == "vm").Value as string
        : null;
}
