namespace ShmWifi.ShmMedium.Capture;

/// <summary>Which way a frame went at the radio whose interface it is captured on.</summary>
/// <remarks>Values are the direction bits of pcapng's epb_flags.</remarks>
internal enum FrameDirection
{
    /// <summary>The radio received it.</summary>
    Inbound = 1,

    /// <summary>The radio sent it.</summary>
    Outbound = 2,
}
