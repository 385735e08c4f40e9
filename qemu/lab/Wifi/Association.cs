using ShmWifi.Lab.Topologies;

namespace ShmWifi.Lab.Wifi;

/// <summary>How a station got into its network.</summary>
/// <param name="Milliseconds">From wpa_supplicant's start to its "CTRL-EVENT-CONNECTED", by the guest's clock: scan, authentication, keys.</param>
internal sealed record Association(double Milliseconds, Security Security);
