using System.Globalization;
using System.Text.RegularExpressions;
using ShmWifi.Lab.Guest;

namespace ShmWifi.Lab.Demo;

/// <summary>Pings between one pair, in as many rounds as are wanted, with all times kept.</summary>
/// <param name="from">Name of the pinging VM.</param>
/// <param name="to">Name of the VM that answers.</param>
/// <param name="guest">The pinging guest.</param>
/// <param name="enter">What goes before the command: <see cref="Wifi.WifiInterface.Enter"/>.</param>
/// <param name="address">The address that answers.</param>
internal sealed partial class PingProbe(string from, string to, GuestExecutor guest, string enter, string address)
{
    private const double IntervalSeconds = 0.02;

    private readonly List<double> _rttMs = [];

    /// <summary>Name of the pinging VM.</summary>
    public string From => from;

    /// <summary>Name of the VM that answers.</summary>
    public string To => to;

    /// <summary>Echo requests sent.</summary>
    public int Sent { get; private set; }

    /// <summary>Answers that came.</summary>
    public int Received { get; private set; }

    /// <summary>All round-trip times, in milliseconds.</summary>
    public IReadOnlyList<double> RttMs => _rttMs;

    /// <summary>Resolves the address, so that the first counted ping is like the others. An unanswered one is not counted.</summary>
    /// <param name="cancellation">Gives up.</param>
    public Task WarmUpAsync(CancellationToken cancellation) =>
        guest.TryRunAsync($"{enter}/bin/ping -n -c 2 -i {IntervalSeconds} -W 5 {address}", TimeSpan.FromSeconds(15), null, cancellation);

    /// <summary>Sends pings at intervals of 20 ms, and counts what comes back within 5 s.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task RunAsync(int count, CancellationToken cancellation) => RunAsync(count, IntervalSeconds, cancellation);

    /// <summary>Sends pings, and counts what comes back within 5 s.</summary>
    /// <param name="count">How many.</param>
    /// <param name="intervalSeconds">Between two.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task RunAsync(int count, double intervalSeconds, CancellationToken cancellation)
    {
        var limit = TimeSpan.FromSeconds((count * Math.Max(intervalSeconds, IntervalSeconds) * 3) + 20);
        var interval = intervalSeconds.ToString(CultureInfo.InvariantCulture);
        var (_, output) = await guest.TryRunAsync($"{enter}/bin/ping -n -c {count} -i {interval} -W 5 {address}", limit, null, cancellation);
        if (Totals().Match(output) is not { Success: true } totals)
            throw new LabException($"{from}: ping to {to} ({address}) did not run to its end:\n{output}");
        Sent += int.Parse(totals.Groups["sent"].Value);
        Received += int.Parse(totals.Groups["received"].Value);
        _rttMs.AddRange(Time().Matches(output).Select(match => double.Parse(match.Groups["ms"].Value, CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex(@"^(?<sent>\d+) packets transmitted, (?<received>\d+) received", RegexOptions.Multiline, 1000)]
    private static partial Regex Totals();

    [GeneratedRegex(@" time=(?<ms>[\d.]+) ms", RegexOptions.None, 1000)]
    private static partial Regex Time();
}
