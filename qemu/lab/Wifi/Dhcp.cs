using System.Text.RegularExpressions;
using ShmWifi.Lab.Vms;

namespace ShmWifi.Lab.Wifi;

/// <summary>The DHCP client of a guest.</summary>
internal static partial class Dhcp
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    /// <summary>Gets an address for an interface.</summary>
    /// <param name="netns">The guest's network namespace it is in; or null.</param>
    /// <returns>The IPv4 address, without the prefix length.</returns>
    public static async Task<string> LeaseAsync(VirtualMachine vm, string device, string? netns, CancellationToken cancellation)
    {
        string enter = netns == null ? "" : $"/bin/ip netns exec {netns} ";
        string output = await vm.Guest.RunAsync(
            $"getting an address for {device} by DHCP",
            $"{enter}udhcpc -i {device} -n -q -t 10 -T 2 && {enter}/bin/ip -4 -o address show dev {device}",
            Limit,
            cancellation);
        return Address().Match(output) is { Success: true } match
            ? match.Groups["address"].Value
            : throw new LabException($"{vm.Name}: {device} has no address after DHCP:\n{output}");
    }

    [GeneratedRegex(@" inet (?<address>\d+\.\d+\.\d+\.\d+)", RegexOptions.None, 1000)]
    private static partial Regex Address();
}
