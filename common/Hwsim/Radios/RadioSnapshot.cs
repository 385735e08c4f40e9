using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;

namespace ShmWifi.Hwsim.Radios;

/// <summary>A radio as the kernel describes it now.</summary>
/// <param name="HwsimId">hwsim's number for it, never used twice.</param>
/// <param name="Name">The wiphy's name: "phy0".</param>
/// <param name="Transmitter">addresses[1], by which hwsim's messages name it.</param>
/// <param name="HasMonitor">Whether one of its interfaces that are up is a monitor.</param>
/// <param name="TxPowerDbm">The lowest of its interfaces that are up, dBm, which mac80211 has for a radio, too; null: none has one.</param>
/// <param name="Spacing">Of the channel of its interfaces that are up; null: none has one.</param>
internal sealed record RadioSnapshot(uint HwsimId, string Name, MacAddress Transmitter, bool HasMonitor, IReadOnlyList<MacAddress> Addresses,
    sbyte? TxPowerDbm, ChannelSpacing? Spacing);
