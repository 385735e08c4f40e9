using System.Globalization;
using System.Text.RegularExpressions;

namespace ShmWifi.Lab.Measure;

/// <summary>Pings over one route, in as many rounds as are wanted, with all times kept.</summary>
internal sealed partial class PingProbe(MeasuredPath route)
{
    private const double IntervalSeconds = 0.02;
    private const int AnswerSeconds = 5; // after the last is sent

    private readonly List<double> _rttMs = [];

    /// <summary>What they go over.</summary>
    public MeasuredPath MeasuredPath => route;

    /// <summary>Echo requests that were wanted.</summary>
    public int Sent { get; private set; }

    /// <summary>How many of them were answered.</summary>
    public int Received { get; private set; }

    /// <summary>All round-trip times, in milliseconds.</summary>
    public IReadOnlyList<double> RttMs => _rttMs;

    /// <summary>Resolves the address, so that the first counted ping is like the others. An unanswered one is not counted.</summary>
    public Task WarmUpAsync(CancellationToken cancellation) => route.Guest.TryRunAsync(
        $"{route.Enter}/bin/ping -n -c 2 -i {IntervalSeconds} -W 5 {route.Address}", TimeSpan.FromSeconds(15), null, cancellation);

    /// <summary>Sends pings at intervals of 20 ms, and counts what comes back within 5 s.</summary>
    /// <returns>The round-trip times of these, in milliseconds.</returns>
    public Task<IReadOnlyList<double>> RunAsync(int count, CancellationToken cancellation) => RunAsync(count, IntervalSeconds, cancellation);

    /// <summary>Sends pings, and counts what comes back within 5 s.</summary>
    /// <remarks>Without -w, ping waits for the last answers no longer than the interval, or twice the longest round trip until then (iputils,
    /// schedule_exit): 20 ms, where a guest may be off its core for 100. With it, ping waits until -c answers have come, and asks on.</remarks>
    /// <returns>The round-trip times of these, in milliseconds.</returns>
    public async Task<IReadOnlyList<double>> RunAsync(int count, double intervalSeconds, CancellationToken cancellation)
    {
        int seconds = (int)Math.Ceiling(count * Math.Max(intervalSeconds, IntervalSeconds) * 3) + AnswerSeconds;
        string interval = intervalSeconds.ToString(CultureInfo.InvariantCulture);
        string command = $"{route.Enter}/bin/ping -n -c {count} -i {interval} -w {seconds} {route.Address}";
        var (_, output) = await route.Guest.TryRunAsync(command, TimeSpan.FromSeconds(seconds + 15), null, cancellation);
        if (!Totals().IsMatch(output))
            throw new LabException($"{route.From}: ping to {route.To} ({route.Address}) did not run to its end:\n{output}");
        var rttMs = Read(output, count);
        Sent += count;
        Received += rttMs.Count;
        _rttMs.AddRange(rttMs);
        return rttMs;
    }

    /// <summary>Reads what ping printed.</summary>
    /// <param name="count">Pings that count: the first so many.</param>
    /// <returns>Round-trip times of those that were answered, of each its first answer's, in milliseconds.</returns>
    internal static IReadOnlyList<double> Read(string output, int count) =>
    [
        .. Answer().Matches(output)
            .Select(match => (
                Number: int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture),
                Ms: double.Parse(match.Groups["ms"].ValueSpan, CultureInfo.InvariantCulture)))
            .Where(answer => answer.Number <= count).DistinctBy(answer => answer.Number).Select(answer => answer.Ms),
    ];

    [GeneratedRegex(@"^\d+ packets transmitted, \d+ received", RegexOptions.Multiline, 1000)]
    private static partial Regex Totals();

    [GeneratedRegex(@" icmp_seq=(?<number>\d+) .*time=(?<ms>[\d.]+) ms", RegexOptions.None, 1000)]
    private static partial Regex Answer();
}
