using System.Diagnostics;
using ShmWifi.Configuration;

namespace ShmWifi.Tests.Unit.Configuration;

public sealed class DaemonStateTests
{
    private string _folder = "";

    private string StateFile => Path.Combine(_folder, "run", "state.json");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("shmwifi-state").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    private static DaemonState Mine() =>
        DaemonState.Of(DaemonConfiguration.Parse("isolation: per-vm\nvms: [{ name: ap, socket: ap.sock }]", "/lab/medium.yaml"));

    [Test]
    public void WhatIsPublishedIsReadAndRemovedAtTheEnd()
    {
        using (DaemonStateFile.Publish(StateFile, Mine()))
        {
            var reading = DaemonState.TryRead(StateFile);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(reading.Status, Is.EqualTo(DaemonStateStatus.Running));
                Assert.That(reading.State! with { Vms = [] }, Is.EqualTo(Mine() with { Vms = [] }));
                Assert.That(reading.State!.Vms, Is.EqualTo(new[] { new DaemonVm("ap", "/lab/ap.sock") }));
                Assert.That(File.ReadAllText(StateFile), Does.Contain("\"isolation\": \"per-vm\""));
                Assert.That(File.GetUnixFileMode(StateFile).ToString(), Is.EqualTo("OtherRead, GroupRead, UserWrite, UserRead"));
                Assert.That(Directory.GetFiles(Path.Combine(_folder, "run")), Has.Length.EqualTo(1), "the unfinished file is gone");
            }
        }

        Assert.That(File.Exists(StateFile), Is.False);
    }

    [Test]
    public void NoFileMeansThatNoDaemonRuns() =>
        Assert.That(DaemonState.TryRead(StateFile).Status, Is.EqualTo(DaemonStateStatus.NotRunning));

    [Test]
    public void AProcessThatIsGoneIsNoDaemon()
    {
        using var gone = Process.Start("true");
        gone.WaitForExit();
        using var file = DaemonStateFile.Publish(StateFile, Mine() with { Pid = gone.Id });
        var reading = DaemonState.TryRead(StateFile);
        Assert.That(reading.Status, Is.EqualTo(DaemonStateStatus.NotRunning));
        Assert.That(reading.Reason, Does.Contain($"process {gone.Id}, which is gone"));
    }

    [Test]
    public void AnotherProcessOfTheSameNumberIsNoDaemon()
    {
        using var file = DaemonStateFile.Publish(StateFile, Mine() with { StartTime = 1 });
        Assert.That(DaemonState.TryRead(StateFile).Status, Is.EqualTo(DaemonStateStatus.NotRunning));
    }

    [TestCase("{")]
    [TestCase("null")]
    [TestCase("{\"pid\": 1}")]
    [TestCase("{\"pid\":1,\"startTime\":1,\"isolation\":\"none\",\"regionBytes\":1,\"vms\":[],\"socket\":null}")]
    public void ADamagedFileIsUnreadableAndSaysWhich(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(StateFile)!);
        File.WriteAllText(StateFile, text);
        var reading = DaemonState.TryRead(StateFile);
        Assert.That(reading.Status, Is.EqualTo(DaemonStateStatus.Unreadable));
        Assert.That(reading.Reason, Does.StartWith($"'{StateFile}' cannot be read: "));
    }

    [Test]
    public void ASecondDaemonLeavesTheFirstOnesFileAlone()
    {
        using var other = Process.Start("sleep", "60");
        try
        {
            var first = Mine() with { Pid = other.Id, StartTime = DaemonState.StartTimeOf(other.Id)!.Value };
            using var file = DaemonStateFile.Publish(StateFile, first);
            var e = Assert.Throws<IOException>(() => DaemonStateFile.Publish(StateFile, Mine()))!;
            Assert.That(e.Message, Does.Contain($"process {other.Id}"));
        }
        finally
        {
            other.Kill();
        }
    }

    [Test]
    public void AFileThatAnotherDaemonTookOverIsNotRemoved()
    {
        using var other = Process.Start("sleep", "60");
        try
        {
            var mine = DaemonStateFile.Publish(StateFile, Mine() with { StartTime = 1 });
            using var file = DaemonStateFile.Publish(
                StateFile, Mine() with { Pid = other.Id, StartTime = DaemonState.StartTimeOf(other.Id)!.Value });
            mine.Dispose();
            Assert.That(File.Exists(StateFile), Is.True);
        }
        finally
        {
            other.Kill();
        }
    }
}
