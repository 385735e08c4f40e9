using System.Text.Json.Nodes;

namespace ShmWifi.Tests.System;

/// <summary>The bench as a user runs it, without VMs. Whether it measures is tested, not how fast we are.</summary>
[NonParallelizable]
public class BenchTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private static readonly string[] Goals =
    [
        "≤ 1.15 × the C baseline in the same run",
        "≥ 0.9 × the C baseline's throughput",
        "flat from 64 B to 2304 B (within 15 %)",
        "≤ 1/20 of the Unix-datagram relay's p50",
        "≤ the Unix-datagram relay's p50, p99 not worse",
        "≥ 2 million frames/s or ≥ 10 × the socket relay, whichever is more",
        "< 0.05",
        "0 bytes a frame",
        "≤ 100 ns by reference",
        "≤ 80 MB",
        "≤ 10 µs",
    ];

    [Test]
    public void EveryGoalIsMeasuredAndEveryFigureIsANumber()
    {
        string folder = Directory.CreateTempSubdirectory("shmwifi-bench").FullName;
        try
        {
            string file = Path.Combine(folder, "bench.json");
            (int exitCode, string output) = ProgramRun.Bench(
                Limit, "rings", "relay", "--quick", "--rounds", "1", "--json", file, "--output", folder);

            Assert.That(exitCode, Is.Zero, output);
            var report = JsonNode.Parse(File.ReadAllText(file))!;
            Assert.That(report["problems"]!.AsArray(), Is.Empty);
            JsonNode[] rows = [.. report["rows"]!.AsArray().OfType<JsonNode>()];
            Assert.That(rows.Select(row => (string?)row["limit"]), Is.SupersetOf(Goals));
            using (Assert.EnterMultipleScope())
            {
                foreach (var row in rows)
                {
                    Assert.That(row["value"], Is.Not.Null, $"{row}");
                    Assert.That(row["ratio"] is null, Is.EqualTo(row["baseline"] is null), $"{row}");
                    Assert.That(row["met"] is null, Is.EqualTo(row["limit"] is null), $"{row}");
                }
            }
            Assert.That(File.ReadAllText(Path.Combine(folder, "bench.md")), Does.Contain("### rings").And.Contain("### relay"));
            Assert.That(Directory.GetFiles(folder, "*.gp"), Is.Not.Empty);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
