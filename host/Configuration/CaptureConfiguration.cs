using ShmWifi.Configuration.Medium;
using ShmWifi.Configuration.Text;
using ShmWifi.Configuration.Yaml;

namespace ShmWifi.Configuration;

/// <summary>Where the medium is captured.</summary>
/// <param name="File">A link to the newest of the files, which have its name and a number; or a FIFO or device that is there.</param>
public sealed record CaptureConfiguration(string File)
{
    /// <summary>Bounds of <see cref="FileSize"/>, bytes.</summary>
    public const long MinFileSize = 1 << 20, MaxFileSize = 1L << 50;

    /// <summary>Bounds of <see cref="Files"/>: two, lest a restart removes the capture of what went before.</summary>
    public const int MinFiles = 2, MaxFiles = 10_000;

    /// <summary>Bounds of <see cref="Duration"/>.</summary>
    public static readonly TimeSpan MinDuration = TimeSpan.FromSeconds(1), MaxDuration = TimeSpan.FromHours(10_000);

    /// <summary>What is in the files.</summary>
    public CaptureFormat Format { get; init; }

    /// <summary>Which frames are in it.</summary>
    public CaptureSelection Selection { get; init; } = new();

    /// <summary>The group that owns the files; null leaves the daemon's own.</summary>
    public string? Group { get; init; }

    /// <summary>A file that is as long, in bytes, is the last of its kind: the next frame begins another.</summary>
    public long FileSize { get; init; } = 1 << 30;

    /// <summary>Files that are kept, of earlier runs, too.</summary>
    public int Files { get; init; } = 8;

    /// <summary>A file that is as old is followed by another; null: however old.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Reads the value of <c>capture</c>.</summary>
    /// <param name="text">YAML or JSON; paths are absolute.</param>
    /// <exception cref="ConfigurationException">It is wrong; carries every error.</exception>
    public static CaptureConfiguration Parse(string text, string source)
    {
        var errors = new ErrorList(source);
        var capture = YamlDocument.Read(text, errors) is { } root ? new CaptureReader(errors, folder: null).Read(root) : null;
        return errors.Any ? throw new ConfigurationException(errors.Sorted()) : capture!;
    }
}

/// <summary>What a capture's files are.</summary>
public enum CaptureFormat
{
    /// <summary>An interface for each radio, nanoseconds. Written <c>pcapng</c>.</summary>
    Pcapng,

    /// <summary>For tools that do not know the other. Written <c>pcap</c>.</summary>
    Pcap,
}

/// <summary>Which frames a capture has.</summary>
public sealed record CaptureSelection
{
    /// <summary>Whose: that these radios send, and that are for them.</summary>
    public RadioPattern Radio { get; init; }

    /// <summary>As they were on the medium, or as each of those radios received them.</summary>
    public CaptureView View { get; init; }

    /// <summary>Whether frames are in it that were not received; null: as the view has it.</summary>
    public bool? Lost { get; init; }

    /// <summary>Whether each attempt of a frame is in it, and the control frames beside, while there is
    /// <see cref="Timing.Airtime"/>.</summary>
    public bool ControlFrames { get; init; }

    /// <summary>Whether frames are in it that were not received: on the medium, by none of those whom they were for; at a receiver, by that
    /// one.</summary>
    public bool HasLost => Lost ?? View == CaptureView.Medium;

    /// <summary>Reads those keys of <c>capture</c>.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <exception cref="ConfigurationException">It is wrong; carries every error.</exception>
    public static CaptureSelection Parse(string text, string source)
    {
        var errors = new ErrorList(source);
        var selection = YamlDocument.Read(text, errors) is { } root
            ? new CaptureReader(errors, folder: null).ReadSelection(new Section(root, "capture", DaemonKeys.CaptureSelection, errors))
            : null;
        return errors.Any ? throw new ConfigurationException(errors.Sorted()) : selection!;
    }
}

/// <summary>Where frames are looked at.</summary>
public enum CaptureView
{
    /// <summary>On the medium: one record a frame, whoever received it. Written <c>medium</c>.</summary>
    Medium,

    /// <summary>At the radios that receive: one record for each. Written <c>receiver</c>.</summary>
    Receiver,
}
