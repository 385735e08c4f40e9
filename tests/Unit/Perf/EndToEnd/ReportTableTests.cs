using ShmWifi.Lab.Report;
using Spectre.Console;

namespace ShmWifi.Tests.Unit.Perf.EndToEnd;

public class ReportTableTests
{
    [TestCase(1_234_567.8, "1,234,568")]
    [TestCase(123.4, "123")]
    [TestCase(12.34, "12.3")]
    [TestCase(1.234, "1.23")]
    [TestCase(0.01234, "0.0123")]
    [TestCase(0.0, "0")]
    [TestCase(-12.34, "-12.3")]
    [TestCase(double.NaN, "-")]
    public void ANumberHasThreeDigits(double value, string text) => Assert.That(Row.Number(value), Is.EqualTo(text));

    [Test]
    public void MarkdownHasATableOfGoalsAndOneAGroup()
    {
        string[] lines = ReportTable.ToMarkdown(Figures.Report(), TableOrder.LimitsFirst).Split('\n');
        Assert.That(lines, Is.SupersetOf((string[])
        [
            "* A Processor, 2 cores, Linux 6.12.9, .NET 10.0.1",
            "### Goals",
            "| rings | ring round trip | 123 | 5.60 | ns | 120 | 1.03 | ≤ 1.15 × baseline | yes |",
            "| relay | throughput | 1,234,567 | - | frames/s | - | - | ≥ 2,000,000 | NO |",
            "### relay",
            @"| round trip over TCP \| NODELAY | - |",
            "1 of 2 limits kept.",
        ]));
    }

    [Test]
    public void ARunThatEndedEarlySaysSo() =>
        Assert.That(ReportTable.ToMarkdown(Figures.Report(new Problem("relay", "interrupted")), TableOrder.LimitsFirst), Does.EndWith(
        "* relay: interrupted\n1 of 2 limits kept. 1 problem: rows may be missing.\n"));

    [Test]
    public void PartsOfAFigureAreShownInOneLine()
    {
        var p50 = Row.Told("ping", "sta1 → ap", "ms", 1.5) with { Part = "p50", Ratio = 1.25 };
        var lost = Row.Within("ping", "sta1 → ap", "1", 2, null, 0) with { Part = "lost" };
        var max = Row.Told("ping", "floor", "ms", 7.25) with { Part = "max" };
        Assert.That(ReportTable.ToMarkdown(new RunReport(Figures.Machine, [], [lost, p50, max]), TableOrder.Groups).Split('\n'),
            Is.SupersetOf((string[])
        [
            "| figure | lost | p50, ms | max, ms | ratio |",
            "| sta1 → ap | 2 NO | 1.50 |  | 1.25 |",
            "| floor |  |  | 7.25 | - |",
        ]));
    }

    [Test]
    public void TheTerminalShowsTheSame()
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 200;
        ReportTable.Print(Figures.Report(), TableOrder.LimitsFirst, console);
        Assert.That(text.ToString(), Does.Match("ring round trip +123 +5.60 +ns +120 +1.03 +≤ 1.15 × baseline +yes")
            .And.Match("throughput +1,234,567 .*NO").And.Contain("1 of 2 limits kept."));
    }
}
