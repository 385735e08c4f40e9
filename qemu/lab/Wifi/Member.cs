namespace ShmWifi.Lab.Wifi;

/// <summary>An access point or station that is on the medium and has an address.</summary>
/// <param name="Address">Its IPv4 address in the Wi-Fi network.</param>
/// <param name="Association">How it got in; null for an access point.</param>
internal sealed record Member(WifiInterface Radio, string Address, Association? Association)
{
    /// <summary>The VM's name.</summary>
    public string Name => Radio.Vm.Name;
}
