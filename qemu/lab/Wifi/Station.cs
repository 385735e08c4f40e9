using System.Globalization;
using System.Text.RegularExpressions;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Lab.Wifi;

/// <summary>wpa_supplicant on an interface.</summary>
internal sealed partial class Station(WifiInterface radio, Network network)
{
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LogLimit = TimeSpan.FromSeconds(15);

    /// <summary>The interface.</summary>
    public WifiInterface Radio => radio;

    /// <summary>Starts wpa_supplicant and waits until it is connected.</summary>
    /// <exception cref="LabException">Not connected within 60 s: the last lines of wpa_supplicant's log.</exception>
    public async Task<Association> JoinAsync(CancellationToken cancellation)
    {
        string log = radio.Log("wpa_supplicant");
        var (exitCode, output) = await radio.Vm.Guest.TryRunAsync(
            $"""
            cat >/run/wpa_supplicant-{radio.Name}.conf <<'EOF'
            {Configuration()}
            EOF
            {radio.Enter}wpa_supplicant -B -t -f {log} -i {radio.Name} -D nl80211 -c /run/wpa_supplicant-{radio.Name}.conf || exit 1
            looks=0
            while ! grep -q CTRL-EVENT-CONNECTED {log}; do
                usleep 100000
                looks=$((looks + 1))
                # a busy machine's access point may answer a scan too late: wpa_supplicant's next one is in 5 s, and of all channels
                if [ $((looks % 10)) = 0 ] && {radio.Enter}wpa_cli -i {radio.Name} status | grep -qE '^wpa_state=(SCANNING|DISCONNECTED|INACTIVE)'
                then {radio.Enter}wpa_cli -i {radio.Name} scan freq={network.FrequencyMhz} >/dev/null
                fi
            done
            grep -E 'Successfully initialized|CTRL-EVENT-CONNECTED' {log}
            {radio.Enter}wpa_cli -i {radio.Name} status | grep -E '^(key_mgmt|wpa_state)='
            """,
            JoinLimit,
            null,
            cancellation);
        if (exitCode != 0)
        {
            var last = await radio.Vm.Guest.TryRunAsync($"tail -n 15 {log}; dmesg | tail -n 5", LogLimit, null, cancellation);
            throw new LabException(
                $"{radio.Vm.Name}: not associated with '{network.Ssid}' after {JoinLimit.TotalSeconds:0} s; {log} and the kernel's log "
                    + $"end:\n{last.Output}");
        }

        var stamps = Stamp().Matches(output).Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture)).ToList();
        string keys = KeyManagement().Match(output).Groups["name"].Value;
        return new Association((stamps[^1] - stamps[0]) * 1000, keys switch
        {
            "WPA2-PSK" => Security.Wpa2,
            "SAE" => Security.Wpa3,
            "NONE" => Security.Open,
            _ => throw new LabException($"{radio.Vm.Name}: wpa_supplicant reports the unknown key management '{keys}':\n{output}"),
        });
    }

    /// <summary>Gets an address by DHCP.</summary>
    /// <returns>The address, without the prefix length.</returns>
    public Task<string> LeaseAsync(CancellationToken cancellation) =>
        Dhcp.LeaseAsync(radio.Vm, radio.Name, radio.Namespace, cancellation);

    /// <summary>Its first scan is of the network's channel alone: one of all that hwsim has takes 7 s. Its own later ones are of all.</summary>
    private string Configuration()
    {
        string keys = network.Security switch
        {
            Security.Open => "key_mgmt=NONE",
            Security.Wpa2 => $"key_mgmt=WPA-PSK\n    psk=\"{network.Passphrase}\"",
            _ => $"key_mgmt=SAE\n    ieee80211w=2\n    sae_password=\"{network.Passphrase}\"",
        };
        return
            $$"""
            ctrl_interface=/run/wpa_supplicant
            initial_freq_list={{network.FrequencyMhz}}
            network={
                ssid={{network.Ssid.Hex}}
                {{keys}}
            }
            """;
    }

    [GeneratedRegex(@"^\d+\.\d+(?=: )", RegexOptions.Multiline, 1000)]
    private static partial Regex Stamp();

    [GeneratedRegex(@"^key_mgmt=(?<name>.*)$", RegexOptions.Multiline, 1000)]
    private static partial Regex KeyManagement();
}
