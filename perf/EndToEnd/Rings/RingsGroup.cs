using ShmWifi.Lab;
using ShmWifi.Lab.Report;
using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Perf.EndToEnd.Rings;

/// <summary>What the rings cost by themselves, beside the same rings in C, in turns: C#, C, C#, C.</summary>
internal sealed class RingsGroup : IBenchGroup
{
    private const uint MessageSize = 256;
    private const uint Batch = 32;
    private const double MaxRoundTripRatio = 1.15;
    private const double MinThroughputRatio = 0.9;
    private const double MaxUnevenness = 0.15;
    private static readonly uint[] Sizes = [64, 128, 256, 512, 1024, 1504, 2048, 2304];

    /// <inheritdoc/>
    public string Name => "rings";

    /// <inheritdoc/>
    public string Description => "the rings alone, beside the same in C";

    /// <inheritdoc/>
    public async Task RunAsync(BenchOptions options, Results results, Progress progress, CancellationToken cancellation)
    {
        var cores = Cores.Find();
        using var baseline = new Baseline();
        int chunks = options.IsQuick ? 100 : 400;
        RingTask[] tasks =
        [
            new(RingLoop.RoundTrip, chunks, Count: 1000),
            new(RingLoop.RoundTrip, Chunks: chunks * 1000, Count: 1),
            new(RingLoop.Messages, chunks, Count: 8192, Batch, MessageSize),
            new(RingLoop.Messages, chunks, Count: 8192, Batch: 1, MessageSize),
            .. Sizes.Select(size => new RingTask(RingLoop.InPlace, chunks, Count: 4096, Size: size)),
            .. Sizes.Select(size => new RingTask(RingLoop.HandOver, chunks, Count: 4096, Batch, size)),
            .. Sizes.Select(size => new RingTask(RingLoop.Messages, chunks, Count: 4096, Batch, size)),
        ];
        var measured = tasks.ToDictionary(task => task, _ => new Comparison());

        progress.Now("rings: warming up");
        foreach (var task in tasks)
            _ = await RingMeasurement.RunAsync(task, cores); // so that the runtime has compiled the loops for good
        for (int round = 1; round <= options.Rounds; round++)
        {
            progress.Now($"rings: round {round} of {options.Rounds}");
            foreach (var task in tasks)
            {
                cancellation.ThrowIfCancellationRequested();
                measured[task].Add(new Times(await RingMeasurement.RunAsync(task, cores), task.Count),
                    new Times(baseline.Run(task, cores), task.Count));
            }
        }
        progress.Done($"rings: {options.Rounds} rounds of {tasks.Length} measurements, C# and C in turns");
        Report(results, tasks, measured);
    }

    private void Report(Results results, RingTask[] tasks, Dictionary<RingTask, Comparison> measured)
    {
        Comparison roundTrips = measured[tasks[0]], singleRoundTrips = measured[tasks[1]], batches = measured[tasks[2]], singles = measured[tasks[3]];

        var roundTrip = roundTrips.Compare(times => times.MedianNs);
        results.Add(roundTrip.Judge(Name, "ring round trip, two threads", "ns", "≤ 1.15 × the C baseline in the same run",
            roundTrip.MedianRatio <= MaxRoundTripRatio));
        foreach ((string name, double fraction) in new[] { ("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999) })
            results.Add(singleRoundTrips.Compare(times => times.QuantileNs(fraction))
                .Tell(Name, $"ring round trip, two threads, each by itself, {name}", "ns"));

        var throughput = batches.Compare(times => times.FramesPerSecond);
        results.Add(throughput.Judge(Name, "ring, 256 B messages", "frames/s", "≥ 0.9 × the C baseline's throughput",
            throughput.MedianRatio >= MinThroughputRatio));
        results.Add(singles.Compare(times => times.FramesPerSecond).Tell(Name, "ring, 256 B messages, each published by itself", "frames/s"));

        Comparison[] inPlace = Of(RingLoop.InPlace), handOver = Of(RingLoop.HandOver), touched = [.. Of(RingLoop.Messages).Skip(2)];
        var unevenness = Unevenness(inPlace);
        results.Add(unevenness.Judge(Name, "ring cost against payload size, claimed in place", "1", "flat from 64 B to 2304 B (within 15 %)",
            unevenness.Median <= MaxUnevenness));
        results.Add(Unevenness(handOver).Tell(Name, "ring cost against payload size, in place, two threads", "1"));
        results.Add(inPlace[^1].Compare(times => times.MedianNs).Tell(Name, "claim, publish, take and release of 2304 B in place, one thread", "ns"));
        results.Add(handOver[^1].Compare(times => times.MedianNs).Tell(Name, "2304 B in place, two threads", "ns"));
        results.Add(touched[^1].Compare(times => times.MedianNs).Tell(Name, "2304 B written and read, two threads", "ns"));

        results.Add(new Plot("rings-by-size", "Rings: cost of a frame by payload size", "payload, bytes", "ns a frame", LogX: true, LogY: true,
        [
            BySize("in place, one thread: C#", inPlace, one => one.Ours),
            BySize("in place, one thread: C", inPlace, one => one.Baselines),
            BySize("in place, two threads: C#", handOver, one => one.Ours),
            BySize("in place, two threads: C", handOver, one => one.Baselines),
            BySize("written and read, two threads: C#", touched, one => one.Ours),
            BySize("written and read, two threads: C", touched, one => one.Baselines),
        ]));
        results.Add(new Plot("rings-round-trip", "Rings: round trips between two threads", "round trip, ns", "share of round trips that took longer",
            LogX: true, LogY: true,
        [
            new Series("C#", Times.Tail(singleRoundTrips.Ours)),
            new Series("C", Times.Tail(singleRoundTrips.Baselines)),
        ]));

        Comparison[] Of(RingLoop loop) => [.. tasks.Where(task => task.Loop == loop).Select(task => measured[task])];
    }

    /// <summary>By how much the dearest size exceeds the cheapest, as a share of it.</summary>
    private static Rounds Unevenness(Comparison[] sizes)
    {
        var rounds = new Rounds();
        for (int round = 0; round < sizes[0].Ours.Count; round++)
        {
            double[] costs = [.. sizes.Select(size => size.Ours[round].MedianNs)];
            rounds.Add((costs.Max() / costs.Min()) - 1);
        }
        return rounds;
    }

    private static Series BySize(string label, Comparison[] sizes, Func<Comparison, List<Times>> choose) =>
        new(label, [.. Sizes.Zip(sizes, (size, one) => ((double)size, Times.MedianOf(choose(one))))]);

    /// <summary>One measurement, round by round.</summary>
    private sealed class Comparison
    {
        public List<Times> Ours { get; } = [];

        public List<Times> Baselines { get; } = [];

        public void Add(Times ours, Times baseline)
        {
            Ours.Add(ours);
            Baselines.Add(baseline);
        }

        public Rounds Compare(Func<Times, double> figure)
        {
            var rounds = new Rounds();
            foreach ((var ours, var baseline) in Ours.Zip(Baselines))
                rounds.Add(figure(ours), figure(baseline));
            return rounds;
        }
    }
}
