namespace ShmWifi.Tests.Scenarios.Report;

/// <summary>One figure of a scenario.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="Figure">What was measured.</param>
/// <param name="Unit">Of value and limits: "1" for parts and counts, "Mbit/s", "s", "µs", "ns", "B".</param>
/// <param name="Value">What it is; NaN: nothing was measured.</param>
/// <param name="Low">What it must be at least; null: anything.</param>
/// <param name="High">What it may be at most; null: anything.</param>
internal sealed record ScenarioRow(string Scenario, string Figure, string Unit, double Value, double? Low, double? High)
{
    /// <summary>Whether it is within its limits; null without limits.</summary>
    public bool? Met => Low is null && High is null ? null : Value >= (Low ?? double.NegativeInfinity) && Value <= (High ?? double.PositiveInfinity);
}
