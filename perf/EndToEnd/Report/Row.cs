namespace ShmWifi.Perf.EndToEnd.Report;

/// <summary>One figure of a run.</summary>
/// <param name="Group">"rings", "relay", "vm" or "vm-kernel".</param>
/// <param name="Figure">What was measured, such as "round trip, polling, p50".</param>
/// <param name="Unit">Of <paramref name="Value"/>, <paramref name="Spread"/> and <paramref name="Baseline"/>: "ns", "ms", "frames/s", "Mbit/s", "1".</param>
/// <param name="Value">Median over the rounds.</param>
/// <param name="Spread">Largest less smallest round; null when there was one round.</param>
/// <param name="Baseline">The same figure of what it is compared with, in the same run; null when the goal is absolute.</param>
/// <param name="Ratio">Median over the rounds of value / baseline of that round; null without baseline.</param>
/// <param name="Goal">As the goals table words it, such as "≤ 1.15 × baseline"; null when the figure is only told.</param>
/// <param name="Met">Whether it was reached; null without goal.</param>
internal sealed record Row(
    string Group, string Figure, string Unit, double Value, double? Spread, double? Baseline, double? Ratio, string? Goal, bool? Met);
