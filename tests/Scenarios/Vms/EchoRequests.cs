using System.Globalization;
using ShmWifi.Lab.Wifi;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>Echo requests that a guest receives.</summary>
internal static class EchoRequests
{
    /// <summary>How many it has got so far where the interface is, answered or not.</summary>
    public static async Task<long> CountAsync(WifiInterface radio, CancellationToken cancellation)
    {
        string output = await radio.Vm.Guest.RunAsync(
            "counting echo requests", $"{radio.Enter}grep '^Icmp: ' /proc/net/snmp", TimeSpan.FromSeconds(15), cancellation);
        string[][] lines = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];
        int column = Array.IndexOf(lines[0], "InEchos");
        return long.Parse(lines[1][column], CultureInfo.InvariantCulture);
    }
}
