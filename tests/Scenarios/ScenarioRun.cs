using ShmWifi.Lab;
using ShmWifi.Lab.Report;

namespace ShmWifi.Tests.Scenarios;

/// <summary>One scenario as it runs.</summary>
internal sealed class ScenarioRun(string name, ScenarioOptions options, Progress progress, List<Row> rows, CancellationToken cancellation)
{
    /// <summary>The scenario's name.</summary>
    public string Name => name;

    /// <summary>How thoroughly.</summary>
    public ScenarioOptions Options => options;

    /// <summary>Tells what is going on.</summary>
    public Progress Progress => progress;

    /// <summary>Ends it early.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>Adds a figure that has limits.</summary>
    /// <param name="low">What it must be at least; null: anything.</param>
    /// <param name="high">What it may be at most; null: anything.</param>
    public void Judge(string figure, string unit, double value, double? low, double? high)
    {
        var row = Row.Within(name, figure, unit, value, low, high);
        rows.Add(row);
        progress.Done($"{name}: {figure}: {row.ValueText}{(unit == "1" ? "" : " " + unit)}, {(row.Met == true ? "met" : "NOT met")} ({row.Limit})");
    }

    /// <summary>Adds a figure that is only told.</summary>
    public void Tell(string figure, string unit, double value) => rows.Add(Row.Told(name, figure, unit, value));
}
