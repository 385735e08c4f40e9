namespace ShmWifi.Perf.EndToEnd.Report;

/// <summary>What a run has found so far.</summary>
internal sealed class Results
{
    private readonly List<Row> _rows = [];
    private readonly List<Plot> _plots = [];

    /// <summary>The figures.</summary>
    public IReadOnlyList<Row> Rows => _rows;

    /// <summary>The plots.</summary>
    public IReadOnlyList<Plot> Plots => _plots;

    /// <summary>Adds a figure.</summary>
    public void Add(Row row) => _rows.Add(row);

    /// <summary>Adds a plot.</summary>
    public void Add(Plot plot) => _plots.Add(plot);
}
