namespace ShmWifi.ShmMedium.Capture;

/// <summary>The capture. Each frame that passed is in the files, is left out, or waits to be written.</summary>
/// <param name="File">The newest file, or the FIFO.</param>
/// <param name="Frames">In the files of this run.</param>
/// <param name="Lost">Frames left out, for any reason.</param>
/// <param name="Stopped">Why it stopped early; null: it runs.</param>
internal sealed record CaptureSnapshot(string File, long Frames, long Lost, string? Stopped)
{
    /// <summary>What it is called.</summary>
    public string Name { get; init; } = Captures.ConfiguredName;

    /// <summary>Files that this run wrote.</summary>
    public int Files { get; init; }

    /// <summary>Why frames are left out: "tooSlow", the disk was too slow; "noSpace", it was full; "stopped", after it had stopped.</summary>
    public IReadOnlyDictionary<string, long> LeftOut { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);
}
