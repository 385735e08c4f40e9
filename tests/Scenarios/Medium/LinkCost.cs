using System.Diagnostics;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Lab;
using ShmWifi.Lab.Report;
using ShmWifi.Tests.Support;

namespace ShmWifi.Tests.Scenarios.Medium;

/// <summary>What links cost the engine: a broadcast to 31 receivers over an SNR matrix, beside the same over the perfect medium, in turns.</summary>
/// <remarks>The engine's rounds alone are timed, on a thread that drives the guests' ends of the
/// rings, too. Each receiver's SNR differs; the weakest lose some frames.</remarks>
internal sealed class LinkCost : IScenario
{
    private const int Radios = 32;
    private const int Batch = 32; // frames a round of the engine
    private const double MostNs = 150;

    /// <inheritdoc/>
    public string Name => "cost";

    /// <inheritdoc/>
    public string Description => "an SNR matrix of 32 radios costs at most 150 ns more a receiver than the perfect medium, and no allocation";

    /// <inheritdoc/>
    public bool NeedsVms => false;

    /// <inheritdoc/>
    public Task RunAsync(ScenarioRun run) => OwnThread.RunAsync(Name, () => Run(run));

    private static void Run(ScenarioRun run)
    {
        using var perfect = new EngineHarness(Radios);
        using var links = new EngineHarness(Radios, new MediumConfiguration { Links = Matrix() });
        int rounds = run.Options.IsQuick ? 50 : 400;
        const int Batches = 100;
        foreach (var medium in (ReadOnlySpan<EngineHarness>)[perfect, links, perfect, links])
        {
            for (int i = 0; i < 20; i++) // the compilers' time
            {
                _ = Measure(medium, Batches, out _);
                Thread.Sleep(10);
            }
        }

        List<double> perfectNs = [], linksNs = [], moreNs = [];
        long allocated = 0;
        long receptions = 0;
        for (int round = 0; round < rounds; round++)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            double without = Measure(perfect, Batches, out _);
            long before = GC.GetAllocatedBytesForCurrentThread();
            double with = Measure(links, Batches, out long received);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            receptions += received;
            perfectNs.Add(without);
            linksNs.Add(with);
            moreNs.Add(with - without);
        }
        run.Tell("a receiver, perfect medium", "ns", Rounds.MedianOf(perfectNs));
        run.Tell("a receiver, SNR matrix", "ns", Rounds.MedianOf(linksNs));
        run.Tell("received over the SNR matrix", "1", (double)receptions / ((long)rounds * Batches * Batch * (Radios - 1)));
        run.Judge("a receiver, SNR matrix less perfect medium", "ns", Rounds.MedianOf(moreNs), null, MostNs);
        run.Judge("allocated a frame, SNR matrix", "B", (double)allocated / ((long)rounds * Batches * Batch), 0, 0);
    }

    /// <summary>Every ordered pair of radios, from -6 to 35 dB.</summary>
    private static List<LinkConfiguration> Matrix()
    {
        var links = new List<LinkConfiguration>();
        for (int from = 0; from < Radios; from++)
        {
            for (int to = 0; to < Radios; to++)
            {
                if (to != from && RadioPattern.TryParse($"vm{from}", out var sender) && RadioPattern.TryParse($"vm{to}", out var receiver))
                    links.Add(new LinkConfiguration(sender, receiver) { SnrDb = (((from * 13) + (to * 29)) % 42) - 6, OneWay = true });
            }
        }
        return links;
    }

    /// <summary>Time of the engine's rounds for each radio that could receive a frame, ns.</summary>
    private static double Measure(EngineHarness medium, int batches, out long received)
    {
        received = 0;
        long ticks = 0;
        for (int batch = 0; batch < batches; batch++)
        {
            medium.Send(MacAddress.Broadcast, Batch);
            long start = Stopwatch.GetTimestamp();
            medium.Relay();
            ticks += Stopwatch.GetTimestamp() - start;
            received += medium.Receive();
        }
        if (received == 0)
            throw new LabException("cost: nobody received anything");
        return Stopwatch.GetElapsedTime(0, ticks).TotalNanoseconds / ((long)batches * Batch * (Radios - 1));
    }
}
