namespace ShmWifi.Dot11.Frames;

/// <summary>The Type field of Frame Control. Source: IEEE 802.11-2020 table 9-1.</summary>
public enum FrameType
{
    /// <summary>Management.</summary>
    Management = 0,

    /// <summary>Control.</summary>
    Control = 1,

    /// <summary>Data.</summary>
    Data = 2,

    /// <summary>Extension: the beacons of DMG and S1G.</summary>
    Extension = 3,
}
