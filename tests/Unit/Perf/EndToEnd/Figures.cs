using ShmWifi.Lab.Report;

namespace ShmWifi.Tests.Unit.Perf.EndToEnd;

/// <summary>Figures that a run could have found.</summary>
internal static class Figures
{
    public static RunEnvironment Machine { get; } = new()
    {
        Commit = "0123abc-dirty",
        Date = new DateTimeOffset(2026, 11, 22, 3, 4, 5, TimeSpan.Zero),
        Cpu = "A Processor",
        Cores = 2,
        Kernel = "6.12.9",
        Runtime = ".NET 10.0.1",
        LoadAtStart = 0.5,
        LoadAtEnd = 1.5,
    };

    public static Row Met { get; } = new("rings", "ring round trip", "ns", 123.4, 5.6, 120, 1.03, "≤ 1.15 × baseline", true);

    public static Row Missed { get; } = new("relay", "throughput", "frames/s", 1_234_567, null, null, null, "≥ 2,000,000", false);

    public static Row Told { get; } = new("relay", "round trip over TCP | NODELAY", "1", double.NaN, null, null, null, null, null);

    public static RunReport Report(params Problem[] problems) => new(Machine, problems, [Met, Missed, Told]);
}
