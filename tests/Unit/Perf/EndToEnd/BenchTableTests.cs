using ShmWifi.Perf.EndToEnd.Report;
using Spectre.Console;

namespace ShmWifi.Tests.Unit.Perf.EndToEnd;

public class BenchTableTests
{
    [TestCase(1_234_567.8, "1,234,568")]
    [TestCase(123.4, "123")]
    [TestCase(12.34, "12.3")]
    [TestCase(1.234, "1.23")]
    [TestCase(0.01234, "0.0123")]
    [TestCase(0.0, "0")]
    [TestCase(-12.34, "-12.3")]
    [TestCase(double.NaN, "-")]
    public void ANumberHasThreeDigits(double value, string text) => Assert.That(BenchTable.Number(value), Is.EqualTo(text));

    [Test]
    public void MarkdownHasATableOfGoalsAndOneAGroup()
    {
        string[] lines = BenchTable.ToMarkdown(Figures.Report()).Split('\n');
        Assert.That(lines, Is.SupersetOf((string[])
        [
            "* A Processor, 2 cores, Linux 6.12.9, .NET 10.0.1",
            "### Goals",
            "| rings | ring round trip | 123 | 5.60 | ns | 120 | 1.03 | ≤ 1.15 × baseline | yes |",
            "| relay | throughput | 1,234,567 | - | frames/s | - | - | ≥ 2,000,000 | NO |",
            "### relay",
            @"| round trip over TCP \| NODELAY | - | - |  | - | - |",
            "1 of 2 goals met.",
        ]));
    }

    [Test]
    public void ARunThatEndedEarlySaysSo() => Assert.That(BenchTable.ToMarkdown(Figures.Report("interrupted")), Does.EndWith(
        "1 of 2 goals met. The run ended early, rows are missing: interrupted\n"));

    [Test]
    public void TheTerminalShowsTheSame()
    {
        var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 200;
        BenchTable.Print(Figures.Report(), console);
        Assert.That(text.ToString(), Does.Match("ring round trip +123 +5.60 +ns +120 +1.03 +≤ 1.15 × baseline +yes")
            .And.Match("throughput +1,234,567 .*NO").And.Contain("1 of 2 goals met."));
    }
}
