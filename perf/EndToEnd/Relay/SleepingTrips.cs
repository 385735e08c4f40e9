using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>Round trips where near station, relay and far station, each a process, sleep until something comes.</summary>
internal sealed class SleepingTrips : IRelayMeasurement
{
    private const int Slices = 10; // of a round, in each of which every relay has its turn
    private readonly Cleanup _cleanup = new();
    private readonly List<(RelayUnderTest RelayUnderTest, RelayEnd Near)> _lines = [];
    private readonly List<TripFigures> _figures = [];
    private readonly int _tripsASlice;

    /// <summary>Starts relays and far stations.</summary>
    public SleepingTrips(bool isQuick, CancellationToken cancellation)
    {
        _tripsASlice = isQuick ? 100 : 1000;
        try
        {
            foreach (var start in (Func<RelayUnderTest>[])
            [
                () => RelayUnderTest.Rings("off", ports: 2, isAcknowledged: false),
                () => RelayUnderTest.Datagrams(2),
                () => RelayUnderTest.Streams(2, noDelay: false),
                () => RelayUnderTest.Streams(2, noDelay: true),
                () => RelayUnderTest.Rings("off", ports: 2, isAcknowledged: true),
                () => RelayUnderTest.Rings("off", ports: 2, isAcknowledged: false, "realtime"),
            ])
            {
                cancellation.ThrowIfCancellationRequested();
                var route = _cleanup.Add(start());
                _cleanup.Add(route.StartEcho());
                var near = _cleanup.Add(route.Attach(RelayUnderTest.NearStation));
                route.Daemon?.WaitForStations(2);
                _lines.Add((route, near));
                _figures.Add(new TripFigures(route.Label));
                RoundTrips.MeasureAsleep(near, 500, new Latencies(), cancellation); // the compilers' time
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => "round trips, sleeping";

    /// <summary>p50 of the datagrams' latest round, ns.</summary>
    public double LatestBaseline => Baseline.LatestP50;

    /// <summary>The datagrams' distribution over all rounds.</summary>
    public Series BaselineDistribution => Baseline.Distribution($"{Baseline.Label}, sleeping");

    private TripFigures Baseline => _figures.Single(figure => figure.Label == RelayUnderTest.DatagramsLabel);

    /// <inheritdoc/>
    public void RunRound(CancellationToken cancellation)
    {
        Latencies[] round = [.. _lines.Select(_ => new Latencies())];
        for (int slice = 0; slice < Slices; slice++)
        {
            for (int i = 0; i < _lines.Count; i++)
                RoundTrips.MeasureAsleep(_lines[i].Near, _tripsASlice, round[i], cancellation);
        }
        var baseline = round[_figures.IndexOf(Baseline)];
        for (int i = 0; i < _lines.Count; i++)
            _figures[i].Add(round[i], baseline);
    }

    /// <inheritdoc/>
    public void Report(Results results)
    {
        var rings = _figures[0];
        results.Add(rings.P50.Judge(
            RelayGroup.GroupName, "round trip, sleeping, p50", "ns", "≤ the Unix-datagram relay's p50, p99 not worse", rings.P50.MedianRatio <= 1
                && rings.P99.MedianRatio <= 1));
        results.Add(rings.P99.Tell(RelayGroup.GroupName, "round trip, sleeping, p99", "ns"));
        foreach (var other in _figures.Skip(2))
        {
            results.Add(other.P50.Tell(RelayGroup.GroupName, $"round trip, sleeping, p50, {other.Label}", "ns"));
            results.Add(other.P99.Tell(RelayGroup.GroupName, $"round trip, sleeping, p99, {other.Label}", "ns"));
        }
        results.Add(new Plot(
            "relay-round-trip-sleeping", "Round trip through a relay, everyone asleep", "1 of so many trips is slower", "µs", LogX: true, LogY: true,
            [.. _figures.Select(figure => figure.Distribution(figure.Label))]));
    }

    /// <inheritdoc/>
    public void Dispose() => _cleanup.Dispose();
}
