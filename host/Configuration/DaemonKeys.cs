using ShmWifi.Configuration.Medium;

namespace ShmWifi.Configuration;

/// <summary>The keys and words of a configuration file, except for those of its medium
/// (<see cref="MediumKeys"/>). The JSON schema has the same: a test compares them.</summary>
internal static class DaemonKeys
{
    public static readonly string[] Medium =
        ["isolation", "socket", "socketGroup", "spoofing", "polling", "scheduling", "geometry", "vms", "local", "time", "timeTravel",
            "capture", "log", "control", "metrics", "web", "trunk", .. MediumKeys.Medium];

    public static readonly string[] Geometry = ["ports", "txSlots", "rxDescriptors", "poolSlots"];

    public static readonly string[] Vm = ["name", "socket", "radios", "user", "group", "addresses", "spoofing", "vhostUser"];

    public static readonly string[] Control = ["socket", "group", "readers"];

    public static readonly string[] Trunk = ["medium", "host", "url", "credentials", "authorities", "firstVm", "grace", "staleAfter"];

    public static readonly string[] Time = [VirtualTimeConfiguration.Word];

    public static readonly string[] CaptureSelection = ["radio", "view", "lost", "controlFrames"];

    public static readonly string[] Capture = ["file", "format", .. CaptureSelection, "group", "fileSize", "files", "duration"];

    public static readonly string[] Log = ["file", "format"];

    public static readonly (string Word, Isolation Isolation)[] Isolations = [("shared", Isolation.Shared), ("per-vm", Isolation.PerVm)];

    public static readonly (string Word, bool IsAllowed)[] Spoofing = [("refused", false), ("allowed", true)];

    public static readonly (string Word, Scheduling Scheduling)[] Schedulings = [("normal", Scheduling.Normal), ("realtime", Scheduling.Realtime)];

    public static readonly (string Word, CaptureFormat Format)[] CaptureFormats = [("pcapng", CaptureFormat.Pcapng), ("pcap", CaptureFormat.Pcap)];

    public static readonly (string Word, CaptureView View)[] CaptureViews = [("medium", CaptureView.Medium), ("receiver", CaptureView.Receiver)];

    public static readonly (string Word, LogFormat Format)[] LogFormats = [("text", LogFormat.Text), ("json", LogFormat.Json)];
}
