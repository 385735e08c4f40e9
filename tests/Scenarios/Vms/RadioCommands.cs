using ShmWifi.Lab.Wifi;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>Shell scripts where a radio's interface is, with its name in $dev.</summary>
internal static class RadioCommands
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs a script that must succeed.</summary>
    public static Task<string> RunAsync(this WifiInterface radio, string step, string script, CancellationToken cancellation) =>
        radio.Vm.Guest.RunAsync(step, $"{radio.Enter}sh <<'END'\ndev={radio.Name}\n{script}\nEND", Limit, cancellation);

    /// <summary>Reads the interface's MAC address.</summary>
    public static async Task<string> MacAddressAsync(this WifiInterface radio, CancellationToken cancellation) =>
        (await radio.RunAsync("reading an address", "cat /sys/class/net/$dev/address", cancellation)).Trim();
}
