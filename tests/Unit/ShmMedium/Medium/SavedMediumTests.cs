using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.Tests.Unit.Configuration;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium;

/// <summary>The next engine has the medium that the one before had.</summary>
public sealed class SavedMediumTests
{
    private const int Seeds = 200;
    private const string File = "hash of a file";

    [Test]
    public void WhatIsReadIsWhatWasSaved()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            var medium = Any(seed);
            int done = random.Next(medium.Schedule.Count + 1);
            var saved = new SavedMedium(
                medium.Schedule.Take(done).Aggregate(medium, (now, coming) => coming.Change.ApplyTo(now)),
                random.NextInt64(),
                random.NextInt64(),
                medium.Radios.ToDictionary(radio => radio.Radio.ToString(), _ => random.NextInt64()),
                medium.Jammers.ToDictionary(jammer => jammer.Name, _ => random.NextInt64()),
                random.NextInt64(),
                done);
            Assert.That(SavedMedium.TryRead(saved.ToText(File), File, out var read, out string? problem), Is.True, problem);
            Assert.That(MediumWriter.ToYaml(read!.Medium), Is.EqualTo(MediumWriter.ToYaml(saved.Medium)), $"seed {seed}");
            Assert.That(read.MotionsSinceNs, Is.EquivalentTo(saved.MotionsSinceNs));
            Assert.That(read.JammersSinceNs, Is.EquivalentTo(saved.JammersSinceNs));
            Assert.That(read with { Medium = saved.Medium, MotionsSinceNs = saved.MotionsSinceNs, JammersSinceNs = saved.JammersSinceNs },
                Is.EqualTo(saved));
        }
    }

    [Test]
    public void TheNextMediumChangesAndMovesAsTheFirstWouldHave()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            using var store = new LocalDescriptorStore();
            using var ledger = MediumLedger.Open(store);
            var first = new MediumState(Any(seed), mediumNs: random.Next(1000), ledger);
            long nowNs = 1000;
            for (int i = 0; i < 3; i++)
            {
                nowNs += random.NextInt64(300_000_000_000);
                _ = first.RunSchedule(nowNs);
                var motion = new LinearMotion(default, new(1, i, 0));
                first.Apply(new SetRadio(new RadioConfiguration(RadioPattern.Of("sta1")) { Motion = motion }), nowNs);
            }
            Assert.That(SavedMedium.TryRead(first.Save(startNs: 5).ToText(File), File, out var saved, out string? problem), Is.True, problem);
            using var nextLedger = MediumLedger.Open(store);
            var next = new MediumState(saved!, nextLedger);

            string[] vms = ["ap", "sta1", "other"];
            var radios = vms.Select(vm => (A: first.Links.Add(vm, "phy0", [], nowNs), B: next.Links.Add(vm, "phy0", [], nowNs))).ToArray();
            for (int i = 0; i < 5; i++)
            {
                nowNs += random.NextInt64(300_000_000_000);
                Assert.That(next.NextChangeNs, Is.EqualTo(first.NextChangeNs), $"seed {seed}");
                _ = first.RunSchedule(nowNs);
                _ = next.RunSchedule(nowNs);
                Assert.That(MediumWriter.ToYaml(next.Current), Is.EqualTo(MediumWriter.ToYaml(first.Current)), $"seed {seed}");
                Assert.That(next.ScheduleProgress, Is.EqualTo(first.ScheduleProgress));
                Assert.That(next.JammersSinceNs, Is.EquivalentTo(first.JammersSinceNs), $"seed {seed}");
                Assert.That(radios.Select(r => r.B.PositionAt(nowNs)), Is.EqualTo(radios.Select(r => r.A.PositionAt(nowNs))), $"seed {seed}");
                foreach (var (from, sameFrom) in radios)
                    foreach (var (to, sameTo) in radios)
                        Assert.That(next.Links.Of(sameFrom, sameTo, 2412, nowNs), Is.EqualTo(first.Links.Of(from, to, 2412, nowNs)), $"seed {seed}");
            }
            Assert.That(next.Faults.All.Select(f => f.Configuration.Name), Is.EqualTo(first.Faults.All.Select(f => f.Configuration.Name)));
        }
    }

    [Test]
    public void AFileThatWasEditedWins()
    {
        var none = new Dictionary<string, long>();
        string text = new SavedMedium(new MediumConfiguration(), 0, 0, none, none, 0, 0).ToText(File);
        Assert.That(SavedMedium.TryRead(text, "another", out _, out string? problem), Is.False);
        Assert.That(problem, Does.Contain("what ctl changed is dropped"));
    }

    [TestCase("")]
    [TestCase("# shm-medium 2 {}\n")]
    [TestCase("# shm-medium 1 {}\ntiming: instant\n")]
    [TestCase("""
        # shm-medium 1 {"file":"hash of a file","startNs":0,"sinceNs":0,"motionsSinceNs":{},"jammersSinceNs":{},"scheduleSinceNs":0,"scheduleDone":0}
        nothing: 1
        """)]
    public void WhatCannotBeReadIsToldAndNotUsed(string text)
    {
        Assert.That(SavedMedium.TryRead(text, File, out _, out string? problem), Is.False);
        Assert.That(problem, Does.Contain("begins as its configuration says"));
    }

    /// <summary>Without the files that a medium may name.</summary>
    private static MediumConfiguration Any(int seed)
    {
        var medium = new AnyMedium(seed).Medium();
        return medium with { ErrorTable = null, Schedule = [.. medium.Schedule.Where(coming => coming.Change is not SetErrorTable)] };
    }
}
