using ShmWifi.Perf.EndToEnd.Report;

namespace ShmWifi.Tests.Unit.Perf.EndToEnd;

public class PlotFilesTests
{
    private static readonly Plot Cost = new(
        "cost", "Cost of a frame", "payload, B", "ns", LogX: true, LogY: false,
        [new Series("ours", [(64, 10.5), (2304, 11)]), new Series("someone's", [(64, 9)])]);

    [Test]
    public void PointsAreABlockASeries() => Assert.That(PlotFiles.Points(Cost), Is.EqualTo(
        "# ours: payload, B, ns\n64 10.5\n2304 11\n\n\n# someone's: payload, B, ns\n64 9\n"));

    [Test]
    public void TheScriptNamesAxesAndDrawsEverySeries() => Assert.That(PlotFiles.Script(Cost).Split('\n'), Is.SupersetOf((string[])
    [
        "set output 'cost.svg'",
        "set title 'Cost of a frame'",
        "set xlabel 'payload, B'",
        "set ylabel 'ns'",
        "set logscale x",
        "set yrange [0:*]",
    ]).And.Some.Contains("'cost.dat' index 0 using 1:2 title 'ours' with").And.Some.Contains("'cost.dat' index 1 using 1:2 title 'someone''s' with"));

    [Test]
    public void ALogarithmicAxisDoesNotStartAtZero() => Assert.That(
        PlotFiles.Script(Cost with { LogY = true }), Does.Contain("set logscale y\n").And.Not.Contain("yrange"));
}
