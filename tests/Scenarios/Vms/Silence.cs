using System.Globalization;
using System.Text.RegularExpressions;
using ShmWifi.Lab;
using ShmWifi.Lab.Measure;

namespace ShmWifi.Tests.Scenarios.Vms;

/// <summary>What pings at 20 ms found out about one interruption.</summary>
/// <param name="LongestMs">The longest time between two answers, by the guest's clock, ms.</param>
/// <param name="Duplicates">Answers that came again.</param>
/// <param name="Torn">Octets that were not as they had been sent.</param>
internal sealed partial record Silence(double LongestMs, int Duplicates, int Torn)
{
    private const int PayloadOctets = 1000; // ping compares it with what it sent

    /// <summary>Pings for some four seconds.</summary>
    public static async Task<Silence> MeasureAsync(MeasuredPath route, CancellationToken cancellation)
    {
        var (_, output) = await route.Guest.TryRunAsync(
            $"{route.Enter}/bin/ping -D -n -c 200 -i 0.02 -W 5 -s {PayloadOctets} {route.Address}", TimeSpan.FromSeconds(40), null, cancellation);
        return Read(output);
    }

    /// <summary>Reads what <c>ping -D</c> printed.</summary>
    /// <exception cref="LabException">Fewer than two answers.</exception>
    internal static Silence Read(string output)
    {
        double[] stamps = [.. Answer().Matches(output).Select(match => double.Parse(match.Groups["s"].Value, CultureInfo.InvariantCulture))];
        return stamps.Length < 2
            ? throw new LabException($"pings are not answered:\n{output}")
            : new Silence(
                stamps.Zip(stamps.Skip(1), (from, to) => (to - from) * 1000).Max(),
                output.Split("(DUP!)").Length - 1,
                output.Split("wrong data byte").Length - 1);
    }

    [GeneratedRegex(@"^\[(?<s>\d+\.\d+)\] \d+ bytes from", RegexOptions.Multiline, 1000)]
    private static partial Regex Answer();
}
