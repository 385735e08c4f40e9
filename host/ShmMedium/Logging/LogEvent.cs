namespace ShmWifi.Medium.Logging;

/// <summary>How much an event matters.</summary>
public enum LogLevel
{
    /// <summary>As it should be.</summary>
    Info,

    /// <summary>Something was lost or refused; the air goes on.</summary>
    Warning,
}

/// <summary>One thing that happened, for people.</summary>
/// <param name="Time">When.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Event">Its kind, such as "vm-attached"; JSON logs have it.</param>
/// <param name="Vm">The VM; null: none.</param>
/// <param name="Message">A sentence.</param>
public sealed record LogEvent(DateTimeOffset Time, LogLevel Level, string Event, string? Vm, string Message);
