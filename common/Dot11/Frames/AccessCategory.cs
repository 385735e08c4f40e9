namespace ShmWifi.Dot11.Frames;

/// <summary>Which queue of a station a frame waits in, and so how it contends.</summary>
public enum AccessCategory
{
    /// <summary>AC_BK.</summary>
    Background,

    /// <summary>AC_BE.</summary>
    BestEffort,

    /// <summary>AC_VI.</summary>
    Video,

    /// <summary>AC_VO.</summary>
    Voice,

    /// <summary>An AP's beacons: a queue of their own that does not back off.</summary>
    Beacon,
}
