namespace ShmWifi.ShmMedium.Control;

/// <summary>How far the schedule is.</summary>
/// <param name="Elapsed">Since it was given: its times count from there.</param>
/// <param name="Done">Changes of it that were carried out.</param>
internal sealed record ScheduleReading(TimeSpan Elapsed, int Done);
