namespace ShmWifi.Configuration.Medium;

/// <summary>The keys and words of a medium's sections. The JSON schema has the same: a test compares them.</summary>
internal static partial class MediumKeys
{
    public static readonly string[] Medium =
        ["timing", "seed", "radios", "links", "propagation", "walls", "fading", "errorTable", "faults", "jammers", "schedule"];

    public static readonly string[] Radio =
        ["radio", "position", "velocity", "waypoints", "randomWaypoint", "txPowerDbm", "antennaGainDbi", "noiseFloorDbm", "dataRate"];

    /// <summary>Of those of a radio, the ones that each say how it moves.</summary>
    public static readonly string[] Motion = ["position", "waypoints", "randomWaypoint"];

    public static readonly string[] Waypoint = ["at", "position"];

    public static readonly string[] RandomWaypoint = ["box", "speed", "pause", "elapsed"];

    public static readonly string[] Link = ["from", "to", "oneWay", "snrDb", "loss"];

    public static readonly string[] Wall = ["name", "from", "to", "lossDb", "material", "thicknessCm"];

    public static readonly string[] Rayleigh = ["model", "coherenceTime"];

    public static readonly string[] Rician = ["model", "k", "coherenceTime"];

    public static readonly string[] Nakagami = ["model", "m", "coherenceTime"];

    public static readonly string[] Fault = ["name", "match", "action", "probability", "count"];

    public static readonly string[] Jammer = ["name", "freqMhz", "bandwidthMhz", "period", "dutyCycle"];

    public static readonly string[] Match = ["frame", "from", "to", "addr1", "addr2", "ssid"];

    public static readonly string[] Action = [.. FaultAction.Kinds.Where(k => k.Example is not null).Select(k => k.Key)];

    public static readonly string[] Change =
    [
        "link", "removeLink", "radio", "fault", "removeFault", "jammer", "removeJammer", "propagation", "wall", "removeWall", "fading", "errorTable",
        "timing",
    ];

    public static readonly string[] ScheduledChange = ["at", .. Change];

    public static readonly string[] RemoveLink = ["from", "to"];

    public static readonly (string Word, Timing Timing)[] Timings = [("instant", Timing.Instant), ("airtime", Timing.Airtime)];

    public static (string Word, string[] Keys)[] PropagationModels => [.. PropagationConfiguration.Models.Select(m => (m.Word, m.Keys))];

    public static readonly (string Word, string[] Keys)[] FadingModels = [("rayleigh", Rayleigh), ("rician", Rician), ("nakagami", Nakagami)];

    /// <summary>Takes a model, or a table of error rates, away.</summary>
    public const string None = "none";
}
