using BenchmarkDotNet.Attributes;
using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.Perf.Micro;

/// <summary>What a frame costs the link model for each receiver, among 32 radios, and what a change costs.</summary>
[MemoryDiagnoser]
public class LinkBenchmarks
{
    private const int Radios = 32;
    private const int Pairs = Radios * Radios;
    private readonly LinkEndpoint[] _radios = new LinkEndpoint[Radios];
    private LinkTable _table = new(new MediumConfiguration(), mediumNs: 0);
    private MediumConfiguration _medium = new();
    private (int From, int To)[] _changed = [];
    private SetLink[] _changes = [];
    private long _mediumNs;

    /// <summary>What the links come from.</summary>
    [ParamsAllValues]
    public Source Links { get; set; }

    /// <summary>Attaches the radios.</summary>
    [GlobalSetup]
    public void Start()
    {
        _changed = [.. from a in Enumerable.Range(0, Radios) from b in Enumerable.Range(0, a) select (a, b)];
        LinkConfiguration[] matrix =
        [
            .. _changed.Select(pair =>
                new LinkConfiguration(RadioPattern.Of($"vm{pair.From}"), RadioPattern.Of($"vm{pair.To}")) { SnrDb = 10 + (pair.From % 30) }),
        ];
        MotionConfiguration[] places =
        [
            .. Enumerable.Range(0, Radios).Select(i => new LinearMotion(new(i, 3 * i % 7, 1), Links == Source.Moving ? new(1, 0, 0) : default)),
        ];
        _medium = new MediumConfiguration
        {
            Links = Links == Source.SnrMatrix ? matrix : [],
            Radios = [.. places.Select((motion, i) => new RadioConfiguration(RadioPattern.Of($"vm{i}")) { Motion = motion })],
            Propagation = new LogDistancePropagation(3, 1) { ShadowingDb = 4 },
            Fading = Links == Source.Faded ? new FadingConfiguration(3, TimeSpan.FromMilliseconds(1)) : null,
        };
        _table = new LinkTable(_medium, mediumNs: 0);
        for (int i = 0; i < Radios; i++)
            _radios[i] = _table.Add($"vm{i}", "phy0", [], mediumNs: 0);
        _changes = [.. matrix.Select(link => new SetLink(link))];
    }

    /// <summary>Each pair once, all in one microsecond: what is cached holds.</summary>
    [Benchmark(OperationsPerInvoke = Pairs)]
    public float Of() => SumAt(_mediumNs += 1000);

    /// <summary>Each pair once, 10 ms later than before: what moves or fades is computed again.</summary>
    [Benchmark(OperationsPerInvoke = Pairs)]
    public float OfTenMillisecondsLater() => SumAt(_mediumNs += LinkTable.MobilityStepNs);

    /// <summary>A random number for each pair.</summary>
    [Benchmark(OperationsPerInvoke = Pairs)]
    public float NextDraw()
    {
        float sum = 0;
        foreach (var from in _radios)
            foreach (var to in _radios)
                sum += _table.NextDraw(from, to);
        return sum;
    }

    /// <summary>A link is set, and the next frame uses it.</summary>
    [Benchmark(OperationsPerInvoke = 100)]
    public float SetLink()
    {
        float sum = 0;
        for (int i = 0; i < 100; i++)
        {
            _table.Apply(_changes[i], _medium, _mediumNs);
            (int from, int to) = _changed[i];
            sum += _table.Of(_radios[from], _radios[to], 2437, _mediumNs).SnrDb;
        }
        return sum;
    }

    private float SumAt(long mediumNs)
    {
        float sum = 0;
        foreach (var from in _radios)
            foreach (var to in _radios)
                sum += _table.Of(from, to, 2437, mediumNs).SnrDb;
        return sum;
    }

    /// <summary>What links come from.</summary>
    public enum Source
    {
        /// <summary>A given SNR for each pair.</summary>
        SnrMatrix,

        /// <summary>Places, log distance, shadowing.</summary>
        Places,

        /// <summary>The same, moving.</summary>
        Moving,

        /// <summary>Places, and Rician fading with a coherence time of 1 ms.</summary>
        Faded,
    }
}
