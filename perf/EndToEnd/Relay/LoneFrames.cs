using ShmWifi.Lab;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>The host's own part of a lone frame's way: a daemon that was just started and
/// mostly sleeps takes a frame every 20 ms, and posts it.</summary>
/// <remarks>
/// By the stamps that the daemon itself puts into the descriptor. Each round starts a fresh
/// daemon, and no frame warms it up: what its first seconds cost is what
/// VMs get. Before every other frame all caches are filled with something else.
/// </remarks>
internal sealed class LoneFrames(bool isQuick) : IRelayMeasurement
{
    private const int Length = 256;
    private const double MostNs = 10_000;
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(20);
    private readonly Figures _idle = new();
    private readonly Figures _evicted = new();
    private readonly Rounds _first = new();

    /// <inheritdoc/>
    public string Name => "lone frames";

    /// <inheritdoc/>
    public void RunRound(CancellationToken cancellation)
    {
        using var evictor = new CacheEvictor();
        using var route = RelayUnderTest.Rings("off", ports: 2, isAcknowledged: true);
        using var near = (RingEnd)route.Attach(RelayUnderTest.NearStation);
        using var far = (RingEnd)route.Attach(RelayUnderTest.FarStation);
        route.Daemon!.WaitForStations(2);
        Latencies[] inHost = [new(), new()], kickToTaken = [new(), new()];
        int frames = isQuick ? 20 : 120; // over in 4 s, before tiered compilation would have settled by itself
        for (int i = 0; i <= frames; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            bool isEvicted = i % 2 == 0 && i != 0;
            if (isEvicted)
                evictor.Evict();
            Thread.Sleep(Idle);
            near.TakeStatuses();
            var frame = Send(near, far);
            long inHostNs = (long)(frame.PostedNs - frame.TakenNs);
            if (i == 0)
            {
                _first.Add(inHostNs);
                continue;
            }
            inHost[isEvicted ? 1 : 0].Add(inHostNs);
            kickToTaken[isEvicted ? 1 : 0].Add((long)(frame.TakenNs - frame.CapturedNs));
        }
        _idle.Add(inHost[0], kickToTaken[0]);
        _evicted.Add(inHost[1], kickToTaken[1]);
    }

    /// <inheritdoc/>
    public void Report(Results results)
    {
        Report(results, "lone frame", _idle);
        Report(results, "lone frame, caches evicted", _evicted);
        results.Add(_first.Tell(RelayGroup.GroupName, "lone frame, the first of all, taken to posted", "ns"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static void Report(Results results, string what, Figures figures)
    {
        results.Add(
            figures.InHostP50.Judge(RelayGroup.GroupName, $"{what}, taken to posted, p50", "ns", "≤ 10 µs", figures.InHostP50.Median <= MostNs));
        results.Add(figures.InHostP99.Tell(RelayGroup.GroupName, $"{what}, taken to posted, p99", "ns"));
        results.Add(figures.KickToTakenP50.Tell(RelayGroup.GroupName, $"{what}, kick to taken, p50", "ns"));
    }

    /// <summary>Sends a frame that nothing else is beside, and takes it.</summary>
    /// <returns>With the host's stamps.</returns>
    public static RxDescriptor Send(RingEnd near, RingEnd far)
    {
        if (!near.TrySend(far.Expected, Length, RelayUnderTest.FarStation))
            throw new LabException($"relay: no room for frame {far.Expected}, though all before it came");
        near.Flush();
        _ = far.Receive(1, Waiting.WithinDeadline);
        return far.Latest;
    }

    /// <summary>Round by round, ns.</summary>
    private sealed class Figures
    {
        public Rounds InHostP50 { get; } = new();

        public Rounds InHostP99 { get; } = new();

        public Rounds KickToTakenP50 { get; } = new();

        public void Add(Latencies inHost, Latencies kickToTaken)
        {
            double[] quantiles = inHost.Quantiles(0.5, 0.99);
            InHostP50.Add(quantiles[0]);
            InHostP99.Add(quantiles[1]);
            KickToTakenP50.Add(kickToTaken.Quantiles(0.5)[0]);
        }
    }
}
