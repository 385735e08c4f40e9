using System.Diagnostics;
using System.Text.Json;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Logging;

/// <summary>What a real <c>shm-medium run</c> prints and logs while frames pass.</summary>
public sealed class RunTests
{
    private const int SIGINT = 2;

    private static void SendBeacons(MediumProcess medium, int count)
    {
        using var vm = SimulatedGuest.Connect(medium.Socket);
        vm.Hello();
        vm.AddRadio(0, Frames.Ap);
        for (int i = 0; i < count; i++)
            vm.SendFrame(0, Frames.Beacon(), freqMhz: 2437);
        vm.Drain();
    }

    [TestCase(2, Description = "SIGINT")]
    [TestCase(15, Description = "SIGTERM")]
    public void FramesAndEventsArePrintedAndTheTotalsAreATable(int signal)
    {
        using var medium = MediumProcess.Start("--print", "frames");
        using var vm = SimulatedGuest.Connect(medium.Socket);
        vm.Hello();
        vm.AddRadio(0, Frames.Ap);
        vm.SendFrame(0, Frames.Beacon(), freqMhz: 2437);
        vm.Drain();
        Deadline.Until(() => medium.Output.Contains("Beacon", StringComparison.Ordinal), "the line of the frame");

        Assert.That(medium.Stop(signal), Is.Zero);

        Assert.That(medium.Output, Does.Match(
            @"\n\d\d:\d\d:\d\d\.\d{6} vm1/phy0    Management Beacon +02:00:00:00:01:00 > ff:ff:ff:ff:ff:ff  SSID ""ShmWifi""  \d+ B  channel 6\n"));
        Assert.That(medium.Output, Does.Contain("vm1: radio phy0"));
        Assert.That(medium.Output, Does.Match(@"\n +vm1 +1 +0\.00 +0 +0\.00 "));
        Assert.That(medium.Output,
            Does.Contain("All VMs, also those that went: 1 frames").And.Contain("Lines about frames: 1 frames read, 0 left out"));
        Assert.That(medium.Output, Does.Not.Contain("\e"), "no colours in a file");
        Assert.That(medium.Error, Is.Empty);
    }

    [Test]
    public void SigtermEndsItAsSigintDoes()
    {
        using var medium = MediumProcess.Start("--print", "frames");
        SendBeacons(medium, 3);

        Assert.That(medium.Stop(), Is.Zero);

        Assert.That(medium.Output,
            Does.Contain("All VMs, also those that went: 3 frames").And.Contain("Lines about frames: 3 frames read, 0 left out"));
        Assert.That(medium.Error, Is.Empty);
        Assert.That(Directory.EnumerateFileSystemEntries(medium.Folder).Select(Path.GetFileName), Is.EqualTo(new[] { "medium.json" }),
            "sockets and state file are gone, the statistics stay");
    }

    /// <summary>As a script's background and nohup start it.</summary>
    [Test]
    public void ASigintThatWasIgnoredAtItsStartStaysSoAndSigtermEndsIt()
    {
        string folder = Directory.CreateTempSubdirectory("shmwifi-run").FullName;
        try
        {
            string[] run = ["run", "--socket", Path.Combine(folder, "any.sock"), "--state", Path.Combine(folder, "state.json")];
            using var medium = Process.Start(new ProcessStartInfo("sh", ["-c", "trap '' INT; exec \"$0\" \"$@\"", MediumProcess.Program, .. run])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            })!;
            Assert.That(medium.StandardOutput.ReadLine(), Is.EqualTo("shm-medium: ready"));

            Assert.That(Tmds.Linux.LibC.kill(medium.Id, SIGINT), Is.Zero);
            Assert.That(medium.WaitForExit(TimeSpan.FromSeconds(1)), Is.False, "it serves on");

            Assert.That(Tmds.Linux.LibC.kill(medium.Id, Tmds.Linux.LibC.SIGTERM), Is.Zero);
            Assert.That(medium.StandardOutput.ReadToEnd(), Does.Contain("All VMs, also those that went: 0 frames"));
            Assert.That(medium.WaitForExit(Deadline.Limit), Is.True);
            Assert.That(medium.ExitCode, Is.Zero);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void TheLogFileHasEventsAndFramesAsJson()
    {
        string path = Path.GetTempFileName();
        try
        {
            using var medium = MediumProcess.Start("--log", path, "--log-format", "json", "--json");
            SendBeacons(medium, 50);
            Assert.That(medium.Stop(), Is.Zero);

            string[] kinds = [.. File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()!)];
            Assert.That(kinds.Where(k => k != "frame"), Is.EqualTo(new[] { "vm-attached", "guest-ready", "radio-added", "vm-detached" }));
            Assert.That(kinds.Count(k => k == "frame"), Is.EqualTo(50));
            Assert.That(medium.Error, Does.Contain("vm1: radio phy0").And.Not.Contain("{"), "people read standard error");
            using var totals = JsonDocument.Parse(medium.Output.Split("shm-medium: ready\n")[1]);
            Assert.That(totals.RootElement.GetProperty("frameLog").GetProperty("frames").GetInt32(), Is.EqualTo(50));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void TheTableIsPrintedEachSecond()
    {
        using var medium = MediumProcess.Start("--print", "table");
        using var vm = SimulatedGuest.Connect(medium.Socket);
        vm.Hello();
        vm.AddRadio(0, Frames.Ap);
        vm.SendFrame(0, Frames.Beacon(), freqMhz: 2437);
        vm.Drain();
        Deadline.Until(() => medium.Output.Split("TX frames/s").Length > 3, "three tables");
        Assert.That(medium.Output, Does.Match(@"vm1 +ready "));
        Assert.That(medium.Output, Does.Match(@"vm1/phy0 +6 \(2437 MHz\) +02:00:00:00:01:00"));
        Assert.That(medium.Stop(), Is.Zero);
    }

    [Test]
    public void AReaderWhoStopsReadingHoldsNoFrameUp()
    {
        const int Many = 20_000;
        string pipe = Path.Combine(Path.GetTempPath(), $"shmwifi-{Guid.NewGuid():N}");
        using (var make = Process.Start("mkfifo", pipe))
            make.WaitForExit();
        try
        {
            using var reader = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite); // opens at once, and never reads
            using var medium = MediumProcess.Start("--log", pipe);
            SendBeacons(medium, Many); // waits for a TX slot each time
            (_, string output, _) = MediumProcess.Run("top", "--socket", medium.ControlSocket, "--once", "--json");
            using var said = JsonDocument.Parse(output);
            Assert.That(said.RootElement.GetProperty("medium").GetProperty("frames").GetInt32(), Is.EqualTo(Many));
        }
        finally
        {
            File.Delete(pipe);
        }
    }
}
