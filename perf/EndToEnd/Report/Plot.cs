namespace ShmWifi.Perf.EndToEnd.Report;

/// <summary>A plot of a run.</summary>
/// <param name="LogX">Whether the X axis is logarithmic.</param>
internal sealed record Plot(string Name, string Title, string XLabel, string YLabel, bool LogX, bool LogY, IReadOnlyList<Series> Series);

/// <summary>A line of a plot.</summary>
/// <param name="Points">In order of X.</param>
internal sealed record Series(string Label, IReadOnlyList<(double X, double Y)> Points);
