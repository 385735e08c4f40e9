using ShmWifi.Lab.Topologies;

namespace ShmWifi.Tests.System.VirtualTime;

/// <summary>What guests do in virtual time: access points, and stations that join them.</summary>
internal static class Scripts
{
    /// <summary>Of hostapd: an ERP BSS whose stations have OFDM alone, so that each frame is timed as IEEE 802.11-2020 table 18-5 has it.</summary>
    public const string Erp = "hw_mode=g\nchannel=1\nsupported_rates=60 120 240 540\nbasic_rates=60 120 240 540";

    private const string Ssid = "vt", Passphrase = "one medium, two machines";

    /// <summary>An access point, 10.9.0.1, and a station, 10.9.0.2, which does something once it is associated.</summary>
    public static IReadOnlyList<(string Name, string Script)> Pair(Security security, string associated, string hostapd = "hw_mode=g\nchannel=1") =>
    [
        ("ap", AccessPoint(security, hostapd)),
        ("sta", Station(security, number: 2, associated)),
    ];

    /// <summary>Until a station says over the air that all is done.</summary>
    /// <param name="hostapd">More of its configuration.</param>
    public static string AccessPoint(Security security, string hostapd, int stations = 1) => $"""
        set -e
        ip addr add 10.9.0.1/24 dev wlan0
        cat >/tmp/hostapd <<'EOF'
        interface=wlan0
        ssid={Ssid}
        {hostapd}
        {(security == Security.Wpa2 ? $"wpa=2\nwpa_key_mgmt=WPA-PSK\nrsn_pairwise=CCMP\nwpa_passphrase={Passphrase}" : "")}
        EOF
        hostapd -B /tmp/hostapd
        for i in $(seq {stations}); do iperf3 -s -D -p $((5200 + i)) >/dev/null; done
        for i in $(seq {stations}); do timeout 7200 nc -l -p $((7000 + i)) </dev/null; done
        """;

    /// <summary>Joins, does something, and tells the access point that it has.</summary>
    /// <param name="number">The last part of its address, from 2.</param>
    public static string Station(Security security, int number, string associated) => $$"""
        set -e
        sleep 3
        ip addr add 10.9.0.{{number}}/24 dev wlan0
        ip link set wlan0 up
        cat >/tmp/supplicant <<'EOF'
        ctrl_interface=/run/wpa
        network={
            ssid="{{Ssid}}"
            {{(security == Security.Wpa2 ? $"psk=\"{Passphrase}\"" : "key_mgmt=NONE")}}
        }
        EOF
        wpa_supplicant -B -i wlan0 -c /tmp/supplicant
        until wpa_cli -i wlan0 -p /run/wpa status | grep -q COMPLETED; do sleep 0.5; done
        {{associated}}
        sleep 1
        until echo done | nc 10.9.0.1 {{7000 + number - 1}}; do sleep 1; done
        sleep 1
        """;

    /// <summary>Pings of the access point, each 200 ms after the one before has come back.</summary>
    public static string Pings(int count) => $"for i in $(seq {count}); do ping -c 1 -W 1 10.9.0.1; sleep 0.2; done";
}
