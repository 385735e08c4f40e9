using ShmWifi.Lab.Measure;
using ShmWifi.Lab.Medium;
using ShmWifi.Perf.EndToEnd.Vm;

namespace ShmWifi.Tests.Unit.Perf.EndToEnd;

public class LoadCountersTests
{
    private static readonly string[] Ends = ["ap", "sta1"];

    private static readonly LoadCounters Before = LoadCounters.Of(
        new MediumStatistics(new MediumTotals(1000, 2000, 3, 0.5, 0, 0.125, Sleeps: 40),
            [new VmCounters("ap", 100, 150, 600, 400), new VmCounters("sta1", 120, 130, 400, 600)], []),
        Ends,
        [new InjectorCounters(500, 1, 500, 150, 800, 64, 0), new InjectorCounters(500, 0, 400, 130, 700, 0, 2)],
        []);

    [Test]
    public void OnlyWhatALoadItselfCostIsCounted()
    {
        var after = LoadCounters.Of(
            new MediumStatistics(
                new MediumTotals(12_000, 20_000, 3, 0.1, 0, 125 / 12_000.0, Sleeps: 240),
                [new VmCounters("ap", 300, 250, 2600, 8400), new VmCounters("sta1", 220, 130, 8400, 2600),
                    new VmCounters("sta2", 5000, 5000, 1000, 0)],
                []),
            Ends,
            [new InjectorCounters(2500, 1, 7500, 250, 2800, 64, 1), new InjectorCounters(7500, 2, 2400, 130, 1600, 0, 5)],
            []);
        var cost = after.Since(Before);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cost.Frames, Is.EqualTo(10_000), "another VM's are not counted");
            Assert.That(cost.DoorbellsAFrame, Is.EqualTo((200 + 100 + 100) / 10_000.0));
            Assert.That(cost.SystemCallsAFrame, Is.EqualTo(2000 / 9000.0), "of the injector with most");
            Assert.That(cost.EngineBytesAFrame, Is.Zero, "though the daemon tells bytes by frame");
            Assert.That(cost.InjectorBytesAFrame, Is.Zero);
            Assert.That(cost.WakesAFrame, Is.EqualTo(200 / 10_000.0));
            Assert.That(cost.Drops, Is.EqualTo(2), "frames that found the guest's ring full");
            Assert.That(cost.LostStatuses, Is.EqualTo(4));
        }
    }

    [Test]
    public void OnTheKernelPathTheModulesCount()
    {
        var medium = new MediumStatistics(new MediumTotals(1000, 2000, 3, 0.5, 0, 0), [new VmCounters("ap", 100, 150, 600, 400)], []);
        var before =
            LoadCounters.Of(medium, Ends, [], [new ModuleCounters(10, 1, 20, 0, 0, 5, 6, 7, 0), new ModuleCounters(20, 0, 10, 0, 0, 5, 6, 7, 1)]);
        var after = LoadCounters.Of(medium, Ends, [],
            [new ModuleCounters(110, 3, 120, 0, 0, 25, 26, 47, 0), new ModuleCounters(120, 0, 110, 0, 0, 5, 56, 17, 2)]);
        var cost = after.Since(before);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cost.Drops, Is.EqualTo(2), "frames that found the guest's ring full");
            Assert.That(cost.InterruptsAFrame, Is.EqualTo(50 / 200.0), "of the module with most");
            Assert.That(cost.PollsAFrame, Is.EqualTo(40 / 200.0), "of the module with most");
            Assert.That(cost.LostStatuses, Is.EqualTo(1));
        }
    }

    [Test]
    public void NoFrameCostsNothing()
    {
        var cost = Before.Since(Before);
        Assert.That(new[] { cost.DoorbellsAFrame, cost.SystemCallsAFrame, cost.EngineBytesAFrame, cost.InjectorBytesAFrame, cost.Drops },
            Is.All.Zero);
    }
}
