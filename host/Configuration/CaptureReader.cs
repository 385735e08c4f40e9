using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration;

/// <summary>Reads <c>capture</c>, of the configuration or of a request.</summary>
/// <param name="folder">Where relative paths start; null: only absolute ones are allowed.</param>
internal sealed class CaptureReader(ErrorList errors, string? folder)
{
    /// <summary>Reads it.</summary>
    public CaptureConfiguration Read(YamlNode node)
    {
        var section = new Section(node, "capture", DaemonKeys.Capture, errors);
        if (section.IsMapping && section.Value("file") is null)
            errors.Add(node, "'capture' has no 'file'; give a file or FIFO, or leave 'capture' out");
        var defaults = new CaptureConfiguration(section.Path("file", folder) ?? "");
        return defaults with
        {
            Format = section.Word("format", CaptureFormat.Pcapng, DaemonKeys.CaptureFormats),
            Selection = ReadSelection(section),
            Group = section.Scalar("group", "the name of a group")?.Value,
            FileSize = section.Bytes("fileSize", CaptureConfiguration.MinFileSize, CaptureConfiguration.MaxFileSize) ?? defaults.FileSize,
            Files = section.Integer("files", defaults.Files, CaptureConfiguration.MinFiles, CaptureConfiguration.MaxFiles),
            Duration = section.Duration("duration", CaptureConfiguration.MinDuration, CaptureConfiguration.MaxDuration),
        };
    }

    /// <summary>Reads which frames are wanted.</summary>
    public CaptureSelection ReadSelection(Section section) => new()
    {
        Radio = ReadRadio(section),
        View = section.Word("view", CaptureView.Medium, DaemonKeys.CaptureViews),
        Lost = section.Value("lost") is null ? null : section.Flag("lost"),
        ControlFrames = section.Flag("controlFrames"),
    };

    /// <summary>All radios when the key is missing.</summary>
    private RadioPattern ReadRadio(Section section)
    {
        if (section.Scalar("radio", RadioPattern.Allowed) is not { } scalar)
            return RadioPattern.Any;
        if (!RadioPattern.TryParse(scalar.Value, out var pattern))
            errors.Add(scalar, $"'radio' is {scalar.Kind}; allowed: {RadioPattern.Allowed}");
        return pattern;
    }
}
