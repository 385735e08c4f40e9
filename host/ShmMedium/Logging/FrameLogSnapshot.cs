namespace ShmWifi.ShmMedium.Logging;

/// <summary>The lines about frames, on the console or in the log file.</summary>
/// <param name="Lost">Frames without a line, since terminal or file was too slow.</param>
internal sealed record FrameLogSnapshot(long Frames, long Lost);
