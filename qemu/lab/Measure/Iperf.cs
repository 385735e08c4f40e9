using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ShmWifi.Lab.Guest;

namespace ShmWifi.Lab.Measure;

/// <summary>iperf3 in the guests.</summary>
internal static class Iperf
{
    private const double StallStepSeconds = 0.5;
    private const int RampSeconds = 2; // until queues are full, and after the count

    /// <summary>Starts the server in a guest; it stays.</summary>
    public static Task ServeAsync(GuestExecutor guest, CancellationToken cancellation) =>
        guest.RunAsync("starting the iperf3 server", "iperf3 -s -D >/dev/null 2>&1", TimeSpan.FromSeconds(15), cancellation);

    /// <summary>Sends by TCP, as much as it takes.</summary>
    /// <param name="route">To a guest that serves.</param>
    /// <returns>What the receiver got, in Mbit/s.</returns>
    public static async Task<double> TcpAsync(MeasuredPath route, int seconds, CancellationToken cancellation) =>
        ReadTcp(await RunAsync(route, seconds, "", cancellation));

    /// <summary>Sends by TCP in both directions at once, as much as it takes.</summary>
    /// <param name="route">To a guest that serves.</param>
    /// <returns>What the receivers got, in Mbit/s: along the route, and back.</returns>
    public static async Task<(double There, double Back)> TcpBothWaysAsync(MeasuredPath route, int seconds, CancellationToken cancellation) =>
        ReadTcpBothWays(await RunAsync(route, seconds, " --bidir", cancellation));

    /// <summary>Sends by TCP in both directions at once, and looks for intervals in which nothing moved.</summary>
    /// <param name="route">To a guest that serves.</param>
    /// <returns>Seconds of the longest stall of either direction, in steps of half a second.</returns>
    /// <exception cref="LabException">A connection broke off.</exception>
    public static async Task<double> LongestStallAsync(MeasuredPath route, int seconds, CancellationToken cancellation) => ReadLongestStall(
        await RunAsync(route, seconds, string.Create(CultureInfo.InvariantCulture, $" --bidir -i {StallStepSeconds}"), cancellation));

    /// <summary>Sends UDP datagrams at a fixed rate.</summary>
    /// <param name="route">To a guest that serves.</param>
    /// <param name="mbps">Payload, Mbit/s.</param>
    /// <param name="tos">IPv4's type of service; its upper three bits choose the access category.</param>
    public static async Task<UdpResult> UdpAsync(MeasuredPath route, int seconds, int mbps, int bytes, CancellationToken cancellation,
        byte tos = 0) =>
        ReadUdp(await RunAsync(route, seconds, string.Create(CultureInfo.InvariantCulture, $" -u -b {mbps}M -l {bytes} -S {tos}"), cancellation));

    /// <summary>Sends more UDP than a route carries, and counts what the receiving application gets once queues are full.</summary>
    /// <param name="route">To a guest that serves.</param>
    /// <param name="mbps">Payload that is offered, Mbit/s.</param>
    /// <returns>Payload that came, Mbit/s.</returns>
    public static async Task<double> SaturateAsync(
        MeasuredPath route, GuestExecutor receiver, int seconds, int mbps, int bytes, CancellationToken cancellation)
    {
        var sending =
            RunAsync(route, seconds + (2 * RampSeconds), string.Create(CultureInfo.InvariantCulture, $" -u -b {mbps}M -l {bytes}"), cancellation);
        string counts = await receiver.RunAsync(
            "counting UDP datagrams",
            $"""
            count() {"{"} grep '^Udp: [0-9]' /proc/net/snmp | cut -d' ' -f2; cut -d' ' -f1 /proc/uptime; {"}"}
            sleep {RampSeconds}; count; sleep {seconds}; count
            """,
            TimeSpan.FromSeconds(seconds + RampSeconds + 20),
            cancellation);
        _ = await sending;
        return ReadSaturation(counts, bytes);
    }

    /// <summary>Reads datagrams and seconds of uptime at the start, then both at the end.</summary>
    /// <returns>Mbit/s.</returns>
    internal static double ReadSaturation(string counts, int bytes)
    {
        double[] numbers =
            counts.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        return numbers is [var first, var start, var last, var end]
            ? (last - first) * bytes * 8 / (end - start) / 1e6
            : throw new LabException($"the guest's counters cannot be read:\n{counts}");
    }

    /// <summary>Reads the result of a TCP run.</summary>
    /// <param name="json">What <c>iperf3 -J</c> printed.</param>
    /// <returns>What the receiver got, in Mbit/s.</returns>
    internal static double ReadTcp(string json) => Read(json, end => Mbps(end, "sum_received"));

    /// <summary>Reads the result of a TCP run in both directions.</summary>
    /// <param name="json">What <c>iperf3 --bidir -J</c> printed.</param>
    /// <returns>What the receivers got, in Mbit/s: the server, and the client.</returns>
    internal static (double There, double Back) ReadTcpBothWays(string json) =>
        Read(json, end => (Mbps(end, "sum_received"), Mbps(end, "sum_received_bidir_reverse")));

    /// <summary>Reads the intervals of a TCP run in both directions.</summary>
    /// <param name="json">What <c>iperf3 --bidir -J</c> printed.</param>
    /// <returns>Seconds of the longest row of intervals without an octet in one direction.</returns>
    internal static double ReadLongestStall(string json)
    {
        _ = ReadTcpBothWays(json);
        var intervals = JsonNode.Parse(json)!["intervals"]!.AsArray();
        return ((string[])["sum", "sum_bidir_reverse"]).Max(direction =>
        {
            (double stall, double longest) = (0, 0);
            foreach (var sum in intervals.Select(interval => interval![direction]!))
            {
                stall = sum["bytes"]!.GetValue<long>() == 0 ? stall + sum["seconds"]!.GetValue<double>() : 0;
                longest = Math.Max(longest, stall);
            }
            return longest;
        });
    }

    /// <summary>Reads the result of a UDP run.</summary>
    /// <param name="json">What <c>iperf3 -u -J</c> printed: its "sum" is the sender's count with the receiver's losses and jitter.</param>
    internal static UdpResult ReadUdp(string json) => Read(json, end => new UdpResult(
        end["sum"]!["packets"]!.GetValue<long>(), end["sum"]!["lost_packets"]!.GetValue<long>(), end["sum"]!["jitter_ms"]!.GetValue<double>()));

    private static Task<string> RunAsync(MeasuredPath route, int seconds, string options, CancellationToken cancellation) => route.Guest.RunAsync(
        $"iperf3 to {route.To} ({route.Address})",
        $"{route.Enter}iperf3 -c {route.Address} -t {seconds} --connect-timeout 5000 -J{options}",
        TimeSpan.FromSeconds(seconds + 40),
        cancellation);

    private static double Mbps(JsonNode end, string sum) => end[sum]!["bits_per_second"]!.GetValue<double>() / 1e6;

    private static T Read<T>(string json, Func<JsonNode, T> read)
    {
        try
        {
            return read(JsonNode.Parse(json)!["end"]!);
        }
        catch (Exception exception) when (exception is JsonException or NullReferenceException or InvalidOperationException)
        {
            throw new LabException($"iperf3 gave no result:\n{json}");
        }
    }
}
