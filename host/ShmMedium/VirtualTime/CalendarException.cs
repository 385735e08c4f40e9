namespace ShmWifi.ShmMedium.VirtualTime;

/// <summary>A participant broke the rules of the calendar; the message says how.</summary>
internal sealed class CalendarException(string message) : Exception(message);
