namespace ShmWifi.ShmMedium.Logging;

/// <summary>Where events go, and frames if it wants them. Called by one thread.</summary>
/// <remarks>An <see cref="IOException"/> ends the sink, with a message to the others. Disposed after the last line if it is disposable.</remarks>
internal interface ILogSink
{
    /// <summary>What the sink is, for the message that it ended.</summary>
    string Name => GetType().Name;

    /// <summary>Whether it wants frames, too.</summary>
    bool WantsFrames => false;

    /// <summary>Writes an event.</summary>
    void Write(LogEvent item);

    /// <summary>Writes a frame; only called when it <see cref="WantsFrames"/>.</summary>
    void Write(in FrameRecord frame)
    {
    }

    /// <summary>Nothing more waits: show what was written.</summary>
    void Flush()
    {
    }
}
