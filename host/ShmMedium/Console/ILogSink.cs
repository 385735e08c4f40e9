namespace ShmWifi.Medium.Console;

/// <summary>Where events go. Called by one thread.</summary>
public interface ILogSink
{
    /// <summary>Writes an event; what cannot be written is the sink's loss.</summary>
    /// <param name="item">The event.</param>
    void Write(LogEvent item);
}
