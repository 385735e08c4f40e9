namespace ShmWifi.ShmMedium.Capture;

/// <summary>The capture.</summary>
/// <param name="Lost">Frames left out, since it was too slow or had stopped.</param>
/// <param name="Stopped">Why it stopped early; null: it runs.</param>
internal sealed record CaptureSnapshot(string File, long Frames, long Lost, string? Stopped);
