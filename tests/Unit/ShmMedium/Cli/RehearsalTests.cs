using ShmWifi.Configuration;
using ShmWifi.ShmMedium.Cli;

namespace ShmWifi.Tests.Unit.ShmMedium.Cli;

/// <summary>A spare engine has served and taken over once before its turn, and nobody sees anything of it.</summary>
[NonParallelizable] // descriptors of the process are counted
public sealed class RehearsalTests
{
    [TestCase("isolation: shared\ntiming: airtime")]
    [TestCase("isolation: per-vm\nlog: {format: json}")]
    public void AVmIsServedAndTakenOverAndLittleIsLeft(string text)
    {
        var configuration = DaemonConfiguration.Parse($"socket: any.sock\n{text}", ServeOptions.CommandLineFile);
        Assert.That(Rehearsal.Run(configuration, () => false), Is.True);
        int open = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        Assert.That(Rehearsal.Run(configuration, () => false), Is.True);
        Assert.That(Directory.GetFileSystemEntries("/proc/self/fd"), Has.Length.LessThanOrEqualTo(open + 3), "a region and two eventfds");
        Assert.That(Directory.GetDirectories(Path.GetTempPath(), $"shm-medium-rehearsal-{Environment.ProcessId}-*"), Is.Empty);
        Assert.That(File.Exists("any.sock"), Is.False);
    }

    [Test]
    public void ItEndsWhenItsTurnHasCome() =>
        Assert.That(Rehearsal.Run(DaemonConfiguration.Parse("socket: any.sock", ServeOptions.CommandLineFile), () => true), Is.False);

    [Test]
    public void FoldersOfThoseWhoWereKilledGo()
    {
        string left = Directory.CreateTempSubdirectory("shm-medium-rehearsal-999999999-").FullName; // beyond the kernel's largest process ID
        _ = Rehearsal.Run(DaemonConfiguration.Parse("socket: any.sock", ServeOptions.CommandLineFile), () => true);
        Assert.That(Directory.Exists(left), Is.False);
    }
}
