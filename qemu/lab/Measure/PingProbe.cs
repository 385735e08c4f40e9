using System.Globalization;
using System.Text.RegularExpressions;

namespace ShmWifi.Lab.Measure;

/// <summary>Pings over one route, in as many rounds as are wanted, with all times kept.</summary>
internal sealed partial class PingProbe(MeasuredPath route)
{
    private const double IntervalSeconds = 0.02;

    private readonly List<double> _rttMs = [];

    /// <summary>What they go over.</summary>
    public MeasuredPath MeasuredPath => route;

    /// <summary>Echo requests sent.</summary>
    public int Sent { get; private set; }

    /// <summary>Answers that came.</summary>
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
    /// <returns>The round-trip times of these, in milliseconds.</returns>
    public async Task<IReadOnlyList<double>> RunAsync(int count, double intervalSeconds, CancellationToken cancellation)
    {
        var limit = TimeSpan.FromSeconds((count * Math.Max(intervalSeconds, IntervalSeconds) * 3) + 20);
        string interval = intervalSeconds.ToString(CultureInfo.InvariantCulture);
        var (_, output) = await route.Guest.TryRunAsync(
            $"{route.Enter}/bin/ping -n -c {count} -i {interval} -W 5 {route.Address}", limit, null, cancellation);
        if (Totals().Match(output) is not { Success: true } totals)
            throw new LabException($"{route.From}: ping to {route.To} ({route.Address}) did not run to its end:\n{output}");
        Sent += int.Parse(totals.Groups["sent"].Value);
        Received += int.Parse(totals.Groups["received"].Value);
        List<double> rttMs = [.. Time().Matches(output).Select(match => double.Parse(match.Groups["ms"].Value, CultureInfo.InvariantCulture))];
        _rttMs.AddRange(rttMs);
        return rttMs;
    }

    [GeneratedRegex(@"^(?<sent>\d+) packets transmitted, (?<received>\d+) received", RegexOptions.Multiline, 1000)]
    private static partial Regex Totals();

    [GeneratedRegex(@" time=(?<ms>[\d.]+) ms", RegexOptions.None, 1000)]
    private static partial Regex Time();
}
