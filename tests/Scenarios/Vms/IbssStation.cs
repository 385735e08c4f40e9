using System.Globalization;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>A station of an IBSS: it keeps sending to one that has gone without a word, as nobody tells it.</summary>
/// <param name="radio">Its interface.</param>
/// <param name="address">Its IPv4 address.</param>
internal sealed class IbssStation(WifiInterface radio, string address)
{
    private const int Senders = 10; // pings at a time: one alone waits for a tick of the guest's clock

    // At a monitor interface: frames with radiotap's TX flags, and those without IEEE80211_RADIOTAP_F_TX_FAIL there. Before them is the rate, if any.
    private const string Reported = "radio[5] & 0x80 != 0";
    private const string Acknowledged = $"{Reported} and ((radio[4] & 4 != 0 and radio[10] & 1 = 0) or (radio[4] & 4 = 0 and radio[8] & 1 = 0))";

    private string _macAddress = "";

    /// <summary>Its interface.</summary>
    public WifiInterface Radio => radio;

    /// <summary>Joins the IBSS, of legacy rates, so that nothing is aggregated; does not answer echo requests.</summary>
    public async Task JoinAsync(CancellationToken cancellation)
    {
        await radio.RunAsync(
            "joining the IBSS",
            $"""
            set -e
            ip link set $dev down
            iw dev $dev set type ibss
            ip link set $dev up
            iw dev $dev ibss join absent 2437 NOHT fixed-freq 02:00:00:00:77:02
            echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all
            /bin/ip address flush dev $dev
            /bin/ip address add {address}/24 dev $dev
            """,
            cancellation);
        _macAddress = await radio.MacAddressAsync(cancellation);
    }

    /// <summary>Sends frames to a station, and counts what mac80211 was told of them.</summary>
    /// <param name="frames">How many, a multiple of 10.</param>
    /// <returns>How many have a status (hwsim gives up what exceeds 200 frames without), and how many were acknowledged.</returns>
    /// <remarks>mac80211 shows each frame at monitor interfaces when its status is there: within a second, or not at all. Source: linux
    /// net/mac80211/status.c, ieee80211_add_tx_radiotap_header().</remarks>
    public async Task<(int Reported, int Acknowledged)> SendAsync(IbssStation to, int frames, CancellationToken cancellation)
    {
        string counts = await radio.RunAsync(
            $"sending {frames} frames",
            $"""
            /bin/ip neighbour replace {to.Address} lladdr {to._macAddress} dev $dev nud permanent
            [ -e /sys/class/net/mon0 ] || iw dev $dev interface add mon0 type monitor
            ip link set mon0 up
            tcpdump -i mon0 -U -w /run/sent.pcap 'wlan addr1 {to._macAddress} and type data' 2>/run/tcpdump.log &
            monitor=$!
            until grep -q listening /run/tcpdump.log; do usleep 20000; done
            for i in $(seq {Senders}); do
                /bin/ping -q -n -i 0.01 -c {frames / Senders} -W 0.05 {to.Address} >/run/ping.$i 2>&1 &
                pings="$pings $!"
            done
            wait $pings
            [ "$(cat /run/ping.* | grep -c '^{frames / Senders} packets transmitted')" = {Senders} ] || {"{"} cat /run/ping.*; exit 1; {"}"}
            usleep 1200000
            kill -INT $monitor
            wait $monitor
            tcpdump -r /run/sent.pcap '{Reported}' 2>/dev/null | wc -l
            tcpdump -r /run/sent.pcap '{Acknowledged}' 2>/dev/null | wc -l
            """,
            cancellation);
        int[] numbers = [.. counts.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
        return (numbers[0], numbers[1]);
    }

    private string Address => address;
}
