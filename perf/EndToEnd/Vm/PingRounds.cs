using ShmWifi.Lab;
using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Lab.Report;

namespace ShmWifi.Perf.EndToEnd.Vm;

/// <summary>Pings over one route, round by round.</summary>
internal sealed class PingRounds(MeasuredPath route)
{
    private readonly PingProbe _probe = new(route);
    private readonly List<RttSummary> _rounds = [];

    /// <summary>The quantiles that are told.</summary>
    public static IReadOnlyList<(string Name, Func<RttSummary, double> Of)> Quantiles { get; } =
        [("p50", rtt => rtt.P50), ("p90", rtt => rtt.P90), ("p99", rtt => rtt.P99)];

    /// <summary>What they go over.</summary>
    public MeasuredPath MeasuredPath => route;

    /// <summary>Round-trip times of all rounds, in milliseconds.</summary>
    public IReadOnlyList<double> RttMs => _probe.RttMs;

    /// <summary>Resolves the address.</summary>
    public Task WarmUpAsync(CancellationToken cancellation) => _probe.WarmUpAsync(cancellation);

    /// <summary>Takes a round.</summary>
    /// <exception cref="LabException">Not one was answered.</exception>
    public async Task RunAsync(int count, CancellationToken cancellation) => _rounds.Add(
        RttSummary.Of(await _probe.RunAsync(count, cancellation))
        ?? throw new LabException($"none of {count} pings from {route.From} to {route.To} ({route.Address}) was answered"));

    /// <summary>On a medium that loses nothing, a lost ping is a mistake of ours.</summary>
    /// <param name="guests">What is special about the guests, for the message.</param>
    /// <exception cref="LabException">Pings were lost: how many, and between whom.</exception>
    public void ThrowIfLost(string guests, MediumProcess medium)
    {
        if (_probe.Sent > _probe.Received)
        {
            throw new LabException(
                $"{_probe.Sent - _probe.Received} pings from {route.From} to {route.To} over the air{guests} were lost: the run counts for "
                    + $"nothing; logs are in {Path.GetDirectoryName(medium.LogFile)}");
        }
    }

    /// <summary>A quantile of each round.</summary>
    public Rounds Alone(Func<RttSummary, double> quantile)
    {
        var rounds = new Rounds();
        foreach (var round in _rounds)
            rounds.Add(quantile(round));
        return rounds;
    }

    /// <summary>A quantile of each round, with that of another route in the same round as its baseline.</summary>
    public Rounds Against(PingRounds baseline, Func<RttSummary, double> quantile)
    {
        var rounds = new Rounds();
        foreach (var (round, other) in _rounds.Zip(baseline._rounds))
            rounds.Add(quantile(round), quantile(other));
        return rounds;
    }
}
