namespace ShmWifi.Medium.Console;

/// <summary>A line an event, for people: time, VM, message.</summary>
/// <param name="writer">Where to; the caller's.</param>
public sealed class TextLogSink(TextWriter writer) : ILogSink
{
    /// <inheritdoc/>
    public void Write(LogEvent item)
    {
        string mark = item.Level == LogLevel.Warning ? "warning: " : "";
        string vm = item.Vm is null ? "" : $"{item.Vm}: ";
        writer.WriteLine($"{item.Time:HH:mm:ss.fff} {mark}{vm}{item.Message}");
        writer.Flush();
    }
}
