namespace ShmWifi.Perf.EndToEnd.Report;

/// <summary>A plot of a run.</summary>
/// <param name="Name">Names its files.</param>
/// <param name="Title">Above it.</param>
/// <param name="XLabel">With its unit.</param>
/// <param name="YLabel">With its unit.</param>
/// <param name="LogX">Whether the X axis is logarithmic.</param>
/// <param name="LogY">Whether the Y axis is logarithmic.</param>
/// <param name="Series">Its lines.</param>
internal sealed record Plot(string Name, string Title, string XLabel, string YLabel, bool LogX, bool LogY, IReadOnlyList<Series> Series);

/// <summary>A line of a plot.</summary>
/// <param name="Label">For the legend.</param>
/// <param name="Points">In order of X.</param>
internal sealed record Series(string Label, IReadOnlyList<(double X, double Y)> Points);
