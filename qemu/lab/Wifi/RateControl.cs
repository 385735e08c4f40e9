using System.Globalization;
using System.Text.RegularExpressions;

namespace ShmWifi.Lab.Wifi;

/// <summary>The rates of an interface: what mac80211's rate control may choose, and what it chose.</summary>
/// <param name="radio">The interface; associated.</param>
internal sealed partial class RateControl(WifiInterface radio)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Leaves it the named rates only; of the legacy ones, one must be a basic rate of the network.</summary>
    /// <param name="bitrates">As <c>iw dev DEV set bitrates</c> takes them: "legacy-2.4 11", "ht-mcs-2.4 7".</param>
    public Task LimitAsync(string bitrates, CancellationToken cancellation) =>
        radio.Vm.Guest.RunAsync($"limiting rates to {bitrates}", $"{radio.Enter}iw dev {radio.Name} set bitrates {bitrates}", Limit, cancellation);

    /// <summary>Has frames longer than this go behind RTS and CTS.</summary>
    /// <param name="octets">The threshold; null: none goes.</param>
    public Task SetRtsThresholdAsync(int? octets, CancellationToken cancellation) => radio.Vm.Guest.RunAsync(
        "setting the RTS threshold",
        $"{radio.Enter}iw phy \"$(cat /sys/class/net/{radio.Name}/phy80211/name)\" set rts {octets?.ToString(CultureInfo.InvariantCulture) ?? "off"}",
        Limit,
        cancellation);

    /// <summary>The rate that data frames were sent at lately.</summary>
    /// <returns>Mbit/s, and as iw words it.</returns>
    /// <exception cref="LabException">It is not associated, or has sent nothing yet.</exception>
    public async Task<(double Mbps, string Text)> ReadAsync(CancellationToken cancellation)
    {
        string output = await radio.Vm.Guest.RunAsync("reading the rate", $"{radio.Enter}iw dev {radio.Name} link", Limit, cancellation);
        return TxBitrate().Match(output) is { Success: true } match
            ? (double.Parse(match.Groups["mbps"].Value, CultureInfo.InvariantCulture), match.Groups["text"].Value)
            : throw new LabException($"{radio.Vm.Name}: 'iw dev {radio.Name} link' tells no rate:\n{output}");
    }

    [GeneratedRegex(@"tx bitrate: (?<text>(?<mbps>[\d.]+) MBit/s.*)", RegexOptions.None, 1000)]
    private static partial Regex TxBitrate();
}
