using System.Text.Json.Nodes;
using ShmWifi.Lab.Report;

namespace ShmWifi.Tests.Unit.Perf.EndToEnd;

public class RunReportTests
{
    [Test]
    public void EveryRowHasAllFields()
    {
        var rows = JsonNode.Parse(Figures.Report().ToJson())!["rows"]!.AsArray();
        Assert.That(rows, Has.Count.EqualTo(3));
        foreach (var row in rows)
        {
            Assert.That(row!.AsObject().Select(field => field.Key), Is.EqualTo(
                ["group", "figure", "unit", "value", "spread", "baseline", "ratio", "limit", "met", "low", "high", "part"]));
        }
    }

    [Test]
    public void TheEnvironmentHasAllFieldsAlsoWithoutVms() => Assert.That(
        JsonNode.Parse(Figures.Report().ToJson())!["environment"]!.AsObject().Select(field => field.Key),
        Is.EqualTo(["commit", "date", "cpu", "cores", "kernel", "runtime", "qemu", "accel", "guestKernel", "loadAtStart", "loadAtEnd"]));

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void WhatIsNoNumberIsNull(double nothing)
    {
        var row = Figures.Met with { Value = nothing, Spread = nothing, Baseline = nothing, Ratio = nothing };
        var written = JsonNode.Parse(new RunReport(Figures.Machine, [], [row]).ToJson())!["rows"]![0]!;
        Assert.That((written["value"], written["spread"], written["baseline"], written["ratio"]), Is.EqualTo(
            ((JsonNode?)null, (JsonNode?)null, (JsonNode?)null, (JsonNode?)null)));
    }

    [Test]
    public void GoalsStayReadable() => Assert.That(Figures.Report().ToJson(), Does.Contain("\"≤ 1.15 × baseline\""));

    [Test]
    public void ThisMachineIsDescribed()
    {
        var here = RunEnvironment.Look(guest: null).End();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(here.Cpu, Is.Not.Empty);
            Assert.That(here.Cores, Is.Positive);
            Assert.That(here.Kernel, Does.Match(@"^\d+\.\d+"));
            Assert.That(here.Runtime, Does.StartWith(".NET "));
            Assert.That(here.LoadAtEnd, Is.Not.Negative);
            Assert.That((here.Qemu, here.Accel, here.GuestKernel), Is.EqualTo(((string?)null, (string?)null, (string?)null)), "no VM was asked for");
        }
    }
}
