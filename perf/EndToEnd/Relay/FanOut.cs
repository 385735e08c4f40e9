using ShmWifi.Lab.Processes;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>What one more receiver of a broadcast costs: the slope of the relay's time a frame over 1 to 63 receivers.</summary>
/// <remarks>The relay's time is the CPU time of the thread that relays, which sleeps when it
/// has nothing to do; receivers only give back what came.</remarks>
internal sealed class FanOut : IRelayMeasurement
{
    private const int Length = 256;
    private const double MostNs = 100;
    private static readonly int[] ReceiverCounts = [1, 2, 4, 8, 16, 32, 63];
    private readonly TimeSpan _time;
    private readonly RelayUnderTest _rings;
    private readonly Dictionary<int, Rounds> _ringNs = ReceiverCounts.ToDictionary(count => count, _ => new Rounds());
    private readonly Dictionary<int, Rounds> _datagramNs = ReceiverCounts.ToDictionary(count => count, _ => new Rounds());
    private readonly Rounds _slope = new();

    /// <summary>Starts a daemon.</summary>
    public FanOut(bool isQuick, CancellationToken cancellation)
    {
        _time = TimeSpan.FromMilliseconds(isQuick ? 60 : 400);
        _rings = RelayUnderTest.Rings("off", ReceiverCounts[^1] + 1, isAcknowledged: false);
        try
        {
            using var sender = _rings.Attach(RelayUnderTest.NearStation);
            using var receiver = _rings.Attach(RelayUnderTest.FarStation);
            _rings.Daemon!.WaitForStations(2);
            for (int i = 0; i < 3; i++) // the compilers' time
                _ = Throughput.MeasureBroadcast(sender, [receiver], Length, TimeSpan.FromMilliseconds(150), cancellation);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => "fan-out";

    /// <inheritdoc/>
    public void RunRound(CancellationToken cancellation)
    {
        double[] ringNs = MeasureRings(cancellation);
        double[] datagramNs = [.. ReceiverCounts.Select(count => MeasureDatagrams(count, cancellation))];
        for (int i = 0; i < ReceiverCounts.Length; i++)
        {
            _ringNs[ReceiverCounts[i]].Add(ringNs[i], datagramNs[i]);
            _datagramNs[ReceiverCounts[i]].Add(datagramNs[i]);
        }
        _slope.Add(Slope(ringNs), Slope(datagramNs));
    }

    /// <inheritdoc/>
    public void Report(Results results)
    {
        results.Add(
            _slope.Judge(RelayGroup.GroupName, "broadcast, cost of one more receiver", "ns", "≤ 100 ns by reference", _slope.Median <= MostNs));
        results.Add(_ringNs[1].Tell(RelayGroup.GroupName, "broadcast, cost of a frame to 1 receiver", "ns"));
        results.Add(_ringNs[ReceiverCounts[^1]].Tell(RelayGroup.GroupName, $"broadcast, cost of a frame to {ReceiverCounts[^1]} receivers", "ns"));
        results.Add(new Plot(
            "relay-fan-out", "Cost of a broadcast by number of receivers", "receivers", "ns a "
                + "frame", LogX: true, LogY: true, [Line("rings", _ringNs), Line(RelayUnderTest.DatagramsLabel, _datagramNs)]));
    }

    /// <inheritdoc/>
    public void Dispose() => _rings.Dispose();

    /// <summary>VMs attach one after the other, as receivers are added.</summary>
    private double[] MeasureRings(CancellationToken cancellation)
    {
        using var cleanup = new Cleanup();
        var sender = cleanup.Add(_rings.Attach(RelayUnderTest.NearStation));
        List<RelayEnd> receivers = [];
        double[] ns = new double[ReceiverCounts.Length];
        for (int i = 0; i < ns.Length; i++)
        {
            while (receivers.Count < ReceiverCounts[i])
                receivers.Add(cleanup.Add(_rings.Attach((byte)(receivers.Count + 1))));
            _rings.Daemon!.WaitForStations(receivers.Count + 1);
            ns[i] = Measure(_rings, sender, receivers, cancellation);
        }
        return ns;
    }

    private double MeasureDatagrams(int receiverCount, CancellationToken cancellation)
    {
        using var datagrams = RelayUnderTest.Datagrams(receiverCount + 1);
        using var cleanup = new Cleanup();
        RelayEnd[] ends = [.. Enumerable.Range(0, receiverCount + 1).Select(station => cleanup.Add(datagrams.Attach((byte)station)))];
        return Measure(datagrams, ends[0], ends[1..], cancellation);
    }

    private double Measure(RelayUnderTest route, RelayEnd sender, IReadOnlyList<RelayEnd> receivers, CancellationToken cancellation)
    {
        _ = Throughput.MeasureBroadcast(sender, receivers, Length, _time / 2, cancellation); // pages and branches get to know it
        long before = route.CpuNs;
        long frames = Throughput.MeasureBroadcast(sender, receivers, Length, _time, cancellation);
        return (double)(route.CpuNs - before) / frames;
    }

    /// <summary>Least squares over the receiver counts.</summary>
    private static double Slope(double[] ns)
    {
        double meanX = ReceiverCounts.Average();
        double meanY = ns.Average();
        return ReceiverCounts.Zip(ns, (x, y) => (x - meanX) * (y - meanY)).Sum() / ReceiverCounts.Sum(x => (x - meanX) * (x - meanX));
    }

    private static Series Line(string label, Dictionary<int, Rounds> figures) =>
        new(label, [.. ReceiverCounts.Select(count => ((double)count, figures[count].Median))]);
}
