using System.Runtime.InteropServices;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Hwsim.Radios;

/// <summary>An interface of a wiphy, as nl80211 lists it.</summary>
/// <param name="Index">Its ifindex; 0: it has no network device (P2P device, NAN).</param>
/// <param name="Name">Its network device: "wlan0"; empty: it has none.</param>
/// <param name="Type">enum nl80211_iftype.</param>
/// <param name="TxPowerDbm">What it sends with, whole dBm; null: it has no channel, and then the kernel may say 0.</param>
/// <param name="Spacing">Of its channel; null: it has none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WirelessInterface(
    uint Wiphy, int Index, string Name, uint Type, MacAddress Address, sbyte? TxPowerDbm, ChannelSpacing? Spacing)
{
    /// <summary>A link of an MLD: the address is the link's, all else the MLD's.</summary>
    public bool IsLink { get; init; }

    private const uint TypeMonitor = 6;

    /// <summary>Whether it is a monitor.</summary>
    public bool IsMonitor => Type == TypeMonitor;
}
