using System.Diagnostics;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>A daemon that may open no more files.</summary>
public sealed class DescriptorShortageTests
{
    private const string Complaint = "VMs that connect wait";

    [Test]
    public void AVmThatCannotBeAcceptedWaitsAndTheServerNeitherSpinsNorRepeatsItself()
    {
        using var medium = MediumProcess.Start();
        var inUse = Directory.EnumerateFileSystemEntries($"/proc/{medium.Id}/fd").Select(path => int.Parse(Path.GetFileName(path))).ToHashSet();
        LimitDescriptors(medium, Enumerable.Range(0, int.MaxValue).First(number => !inUse.Contains(number)));
        var attached = Task.Run(() => SimulatedGuest.Connect(medium.Socket));
        Deadline.Until(() => medium.Error.Contains(Complaint), "the complaint");
        using var process = Process.GetProcessById(medium.Id);
        var before = process.TotalProcessorTime;
        Thread.Sleep(1500);
        process.Refresh();
        Assert.That(process.TotalProcessorTime - before, Is.LessThan(TimeSpan.FromMilliseconds(500)), "it waits, and does not spin");
        Assert.That(medium.Error.Split(Complaint), Has.Length.EqualTo(2), "said once");
        Assert.That(attached.IsCompleted, Is.False);

        LimitDescriptors(medium, 1024);
        using var vm = attached.Result;
        Assert.That(vm.IsRefused, Is.False);
    }

    private static void LimitDescriptors(MediumProcess medium, int limit)
    {
        using var prlimit = Process.Start("prlimit", ["--pid", $"{medium.Id}", $"--nofile={limit}:"]);
        prlimit.WaitForExit();
        Assert.That(prlimit.ExitCode, Is.Zero, "prlimit, of util-linux");
    }
}
