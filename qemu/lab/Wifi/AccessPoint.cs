using ShmWifi.Lab.Topologies;

namespace ShmWifi.Lab.Wifi;

/// <summary>hostapd on an interface.</summary>
internal sealed class AccessPoint(WifiInterface radio, Network network)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    /// <summary>The interface.</summary>
    public WifiInterface Radio => radio;

    /// <summary>Starts hostapd and waits until the network is on the medium.</summary>
    /// <param name="bridge">A bridge in the guest that the stations' traffic goes to; or null.</param>
    public Task StartAsync(string? bridge, CancellationToken cancellation) => radio.Vm.Guest.RunAsync(
        $"starting hostapd on {radio.Name}",
        $"""
        cat >/run/hostapd-{radio.Name}.conf <<'EOF'
        {Configuration(bridge)}
        EOF
        log={radio.Log("hostapd")}
        {radio.Enter}hostapd -B -t -f $log /run/hostapd-{radio.Name}.conf || {"{"} cat $log; exit 1; {"}"}
        while ! grep -q AP-ENABLED $log; do
            grep -q AP-DISABLED $log && {"{"} cat $log; exit 1; {"}"}
            usleep 20000
        done
        """,
        StartLimit,
        cancellation);

    /// <summary>Gives the interface an address and serves the rest of its /24 by DHCP.</summary>
    /// <param name="address">The interface's address, such as 192.168.77.1.</param>
    public Task ServeDhcpAsync(string address, CancellationToken cancellation)
    {
        string prefix = address[..address.LastIndexOf('.')];
        return radio.Vm.Guest.RunAsync(
            "starting the DHCP server",
            $"""
            set -e
            {radio.Enter}/bin/ip address add {address}/24 dev {radio.Name}
            cat >/run/udhcpd.conf <<'EOF'
            interface {radio.Name}
            start {prefix}.100
            end {prefix}.250
            opt subnet 255.255.255.0
            opt router {address}
            lease_file /run/udhcpd.leases
            pidfile /run/udhcpd.pid
            EOF
            touch /run/udhcpd.leases
            {radio.Enter}busybox udhcpd -a 200 -S /run/udhcpd.conf </dev/null >/run/udhcpd.log 2>&1
            """,
            StartLimit,
            cancellation);
    }

    private char HardwareMode() => network.Is5GHz ? 'a' : network.Mode == PhyMode.B ? 'b' : 'g';

    private string Configuration(string? bridge)
    {
        List<string> lines =
        [
            $"interface={radio.Name}", "driver=nl80211", $"ssid2={network.Ssid.Hex}", $"utf8_ssid={(network.Ssid.IsUtf8 ? 1 : 0)}",
            $"hw_mode={HardwareMode()}", $"channel={network.Channel}",
            "ctrl_interface=/run/hostapd",
        ];
        if (network.Mode == PhyMode.N)
            lines.AddRange(["ieee80211n=1", "wmm_enabled=1"]);
        if (network.Is5GHz)
            lines.AddRange(["country_code=US", "ieee80211d=1"]); // the world's rules let nobody send there first
        if (network.BasicRates.Count > 0)
            lines.Add($"basic_rates={string.Join(' ', network.BasicRates)}");
        if (bridge != null)
            lines.Add($"bridge={bridge}");
        if (network.Security == Security.Wpa2)
            lines.AddRange(["wpa=2", "wpa_key_mgmt=WPA-PSK", "rsn_pairwise=CCMP", $"wpa_passphrase={network.Passphrase}"]);
        if (network.Security == Security.Wpa3)
        {
            lines.AddRange(
                ["wpa=2", "wpa_key_mgmt=SAE", "rsn_pairwise=CCMP", "ieee80211w=2", $"sae_password={network.Passphrase}"]);
        }

        return string.Join('\n', lines);
    }
}
