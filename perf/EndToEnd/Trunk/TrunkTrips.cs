using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Relay;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Trunk;

/// <summary>Round trips where stations, daemons and server, each a process, sleep until something comes: what the trunk adds, each way.</summary>
internal sealed class TrunkTrips : IRelayMeasurement
{
    private const double MostP50Us = 150;
    private const double MostP99Us = 1000;
    private const int Slices = 10; // of a round, in each of which both have their turn
    private readonly Cleanup _cleanup = new();
    private readonly RelayEnd _local;
    private readonly RelayEnd _remote;
    private readonly int _tripsASlice;
    private readonly TripFigures _localFigures = new("one daemon");
    private readonly TripFigures _remoteFigures = new("two daemons, over NATS");
    private readonly Rounds _addedP50 = new();
    private readonly Rounds _addedP99 = new();

    /// <summary>Starts daemons, server and far stations.</summary>
    public TrunkTrips(bool isQuick, CancellationToken cancellation)
    {
        _tripsASlice = isQuick ? 100 : 1000;
        try
        {
            var one = _cleanup.Add(RelayUnderTest.Rings("off", ports: 2, isAcknowledged: false));
            _cleanup.Add(one.StartEcho());
            _local = _cleanup.Add(one.Attach(RelayUnderTest.NearStation));
            one.Daemon!.WaitForStations(2);
            var two = _cleanup.Add(new TwoHosts());
            _cleanup.Add(two.StartEcho());
            _remote = _cleanup.Add(two.AttachNear());
            two.WaitForStations();
            foreach (var near in (RelayEnd[])[_local, _remote])
                RoundTrips.MeasureAsleep(near, 2000, new Latencies(), cancellation); // the compilers' time
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => "round trips";

    /// <inheritdoc/>
    public void RunRound(CancellationToken cancellation)
    {
        var (local, remote) = (new Latencies(), new Latencies());
        for (int slice = 0; slice < Slices; slice++)
        {
            RoundTrips.MeasureAsleep(_local, _tripsASlice, local, cancellation);
            RoundTrips.MeasureAsleep(_remote, _tripsASlice, remote, cancellation);
        }
        _localFigures.Add(local, local);
        _remoteFigures.Add(remote, local);
        foreach (var (fraction, added) in ((double, Rounds)[])[(0.5, _addedP50), (0.99, _addedP99)])
            added.Add((remote.Quantiles(fraction)[0] - local.Quantiles(fraction)[0]) / 2 / 1e3);
    }

    /// <inheritdoc/>
    public void Report(Results results)
    {
        results.Add(_addedP50.Judge(
            TrunkGroup.GroupName, "what the trunk adds, one way, p50", "µs", $"≤ {MostP50Us} µs", _addedP50.Median <= MostP50Us));
        results.Add(_addedP99.Judge(
            TrunkGroup.GroupName, "what the trunk adds, one way, p99", "µs", $"≤ {MostP99Us} µs", _addedP99.Median <= MostP99Us));
        results.Add(_remoteFigures.P50.Tell(TrunkGroup.GroupName, "round trip, sleeping, p50, beside one daemon", "ns"));
        results.Add(_remoteFigures.P99.Tell(TrunkGroup.GroupName, "round trip, sleeping, p99, beside one daemon", "ns"));
        results.Add(new Plot(
            "trunk-round-trip", "Round trip through two daemons and a NATS server", "1 of so many trips is slower", "µs", LogX: true, LogY: true,
            [.. ((TripFigures[])[_localFigures, _remoteFigures]).Select(figure => figure.Distribution(figure.Label))]));
    }

    /// <inheritdoc/>
    public void Dispose() => _cleanup.Dispose();
}
