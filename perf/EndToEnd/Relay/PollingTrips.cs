using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>Round trips where everyone polls: the relay on one core, one thread that plays both stations on the other.</summary>
/// <remarks>The goal compares with the datagram relay as such relays are, asleep until something comes; one that polls is told beside it.</remarks>
internal sealed class PollingTrips : IRelayMeasurement
{
    private readonly Cleanup _cleanup = new();
    private readonly SleepingTrips _baseline;
    private readonly int _trips;
    private readonly List<(RelayEnd Near, RelayEnd Far, TripFigures Figures)> _lines = [];
    private readonly TripFigures _datagrams = new("Unix datagrams, polling");

    /// <summary>Starts daemons.</summary>
    /// <param name="baseline">Its round has just been run when ours is.</param>
    public PollingTrips(bool isQuick, SleepingTrips baseline, CancellationToken cancellation)
    {
        _trips = isQuick ? 20_000 : 200_000;
        _baseline = baseline;
        try
        {
            foreach ((int ports, bool isAcknowledged, string label) in (ReadOnlySpan<(int, bool, string)>)[(2, false, "rings"),
                (2, true, "rings, acknowledged"), (64, false, "rings, 64 VMs attached")])
            {
                cancellation.ThrowIfCancellationRequested();
                var route = _cleanup.Add(RelayUnderTest.Rings(RelayUnderTest.PollingInTurns, ports, isAcknowledged));
                RelayEnd[] ends = [.. Enumerable.Range(0, ports).Select(station => _cleanup.Add(route.Attach((byte)station)))];
                route.Daemon!.WaitForStations(ports);
                RoundTrips.MeasurePolling(ends[0], ends[1], 20_000, new Latencies(), cancellation); // the compilers' time
                _lines.Add((ends[0], ends[1], new TripFigures(label)));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => "round trips, polling";

    /// <inheritdoc/>
    public void RunRound(CancellationToken cancellation)
    {
        foreach ((var near, var far, var figures) in _lines)
        {
            RelayUnderTest.WaitUntilOthersSleep();
            var round = new Latencies();
            RoundTrips.MeasurePolling(near, far, _trips, round, cancellation);
            figures.Add(round, _baseline.LatestBaseline);
        }
        RelayUnderTest.WaitUntilOthersSleep();
        using var datagrams = RelayUnderTest.Datagrams(2, spin: true); // it never sleeps, so it lives no longer than its turn
        using var nearest = datagrams.Attach(RelayUnderTest.NearStation);
        using var farthest = datagrams.Attach(RelayUnderTest.FarStation);
        RoundTrips.MeasurePolling(nearest, farthest, 5_000, new Latencies(), cancellation);
        var polled = new Latencies();
        RoundTrips.MeasurePolling(nearest, farthest, _trips / 10, polled, cancellation);
        _datagrams.Add(polled, _baseline.LatestBaseline);
    }

    /// <inheritdoc/>
    public void Report(Results results)
    {
        var rings = _lines[0].Figures;
        results.Add(rings.P50.Judge(RelayGroup.GroupName, "round trip, polling, p50", "ns", "≤ 1/20 of the Unix-datagram relay's p50",
            rings.P50.MedianRatio <= 1 / 20.0));
        results.Add(rings.P99.Tell(RelayGroup.GroupName, "round trip, polling, p99", "ns"));
        foreach (var other in (IEnumerable<TripFigures>)[.. _lines.Skip(1).Select(line => line.Figures), _datagrams])
            results.Add(other.P50.Tell(RelayGroup.GroupName, $"round trip, polling, p50, {other.Label}", "ns"));
        results.Add(new Plot(
            "relay-round-trip-polling", "Round trip through a relay, everyone polls", "1 of so many trips is slower", "µs", LogX: true, LogY: true,
            [.. _lines.Select(line => line.Figures.Distribution(line.Figures.Label)), _datagrams.Distribution(_datagrams.Label),
                _baseline.BaselineDistribution]));
    }

    /// <inheritdoc/>
    public void Dispose() => _cleanup.Dispose();
}
