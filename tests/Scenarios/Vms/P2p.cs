using System.Text.RegularExpressions;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>Wi-Fi Direct: two devices find each other and form a group by push button, of which the first becomes the owner.</summary>
internal sealed partial class P2p : IScenario
{
    private const string Prefix = "192.168.103";

    /// <inheritdoc/>
    public string Name => "p2p";

    /// <inheritdoc/>
    public string Description => "Wi-Fi Direct: discovery, group formation by push button, pings in the group";

    /// <inheritdoc/>
    public bool NeedsVms => true;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => Nodes.OnEachMediumAsync(run, 2, async nodes =>
    {
        run.Progress.Now($"{run.Name}: {nodes.Medium}");
        var devices = nodes.Radios.Select(radio => (Radio: radio, Supplicant: new Supplicant(radio), Name: $"p2p-dev-{radio.Name}")).ToList();
        foreach ((int i, var device) in devices.Index())
        {
            await SupportP2pDeviceAsync(device.Radio, run.Cancellation);
            await device.Supplicant.StartAsync(
                run.Cancellation, $"device_name=node{i + 1}", "device_type=1-0050F204-1", "config_methods=virtual_push_button");
            await device.Supplicant.ControlAsync("p2p_find", device.Name, run.Cancellation);
        }
        var found = await Task.WhenAll(devices.Select(device => device.Supplicant.AwaitAsync(DeviceFound(), run.Cancellation)));
        foreach ((int i, var device) in devices.Index())
        {
            string connect = $"p2p_connect {found[i].Groups["address"].Value} pbc go_intent={(i == 0 ? 15 : 0)}";
            await device.Supplicant.ControlAsync(connect, device.Name, run.Cancellation);
        }
        var groups = await Task.WhenAll(devices.Select(device => device.Supplicant.AwaitAsync(GroupStarted(), run.Cancellation)));
        run.Judge($"{nodes.Medium}: owners of the group", "1", groups.Count(group => group.Groups["role"].Value == "GO"), 1, 1);
        run.Judge($"{nodes.Medium}: its clients", "1", groups.Count(group => group.Groups["role"].Value == "client"), 1, 1);
        foreach ((int i, var group) in groups.Index())
            await nodes.SetAddressAsync(i, group.Groups["interface"].Value, Prefix, run.Cancellation);
        await nodes.JudgePingAsync(run, "in the group", Prefix);
    });

    /// <summary>Replaces the lab's radio, which cannot have a P2P Device.</summary>
    private static async Task SupportP2pDeviceAsync(WifiInterface radio, CancellationToken cancellation)
    {
        if (radio.Namespace is null)
        {
            await radio.RunAsync(
                "making a radio with a P2P Device",
                "shm-injector radios del $(cat /sys/class/net/$dev/phy80211/name) && shm-injector radios add --p2p-device",
                cancellation);
        }
    }

    [GeneratedRegex(@"P2P-DEVICE-FOUND (?<address>[0-9a-f:]{17}) ", RegexOptions.None, 1000)]
    private static partial Regex DeviceFound();

    [GeneratedRegex(@"P2P-GROUP-STARTED (?<interface>\S+) (?<role>GO|client) ", RegexOptions.None, 1000)]
    private static partial Regex GroupStarted();
}
