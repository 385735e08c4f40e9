using System.Text.Json;
using System.Text.Json.Nodes;
using ShmWifi.Lab.Guest;

namespace ShmWifi.Lab.Demo;

/// <summary>TCP throughput by iperf3.</summary>
internal static class TcpProbe
{
    /// <summary>Starts the server in a guest; it stays.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task ServeAsync(GuestExecutor guest, CancellationToken cancellation) =>
        guest.RunAsync("starting the iperf3 server", "iperf3 -s -D >/dev/null 2>&1", TimeSpan.FromSeconds(15), cancellation);

    /// <summary>Sends for a while.</summary>
    /// <param name="guest">The sending guest.</param>
    /// <param name="enter">What goes before the command: <see cref="Wifi.WifiInterface.Enter"/>.</param>
    /// <param name="address">The server.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>What the receiver got, in Mbit/s.</returns>
    public static async Task<double> RunAsync(GuestExecutor guest, string enter, string address, int seconds, CancellationToken cancellation)
    {
        var output = await guest.RunAsync(
            $"iperf3 to {address}",
            $"{enter}iperf3 -c {address} -t {seconds} --connect-timeout 5000 -J",
            TimeSpan.FromSeconds(seconds + 40),
            cancellation);
        try
        {
            return JsonNode.Parse(output)!["end"]!["sum_received"]!["bits_per_second"]!.GetValue<double>() / 1e6;
        }
        catch (Exception exception) when (exception is JsonException or NullReferenceException)
        {
            throw new LabException($"iperf3 to {address} gave no result:\n{output}");
        }
    }
}
