using System.Diagnostics;
using ShmWifi.Lab;

namespace ShmWifi.Tests.System;

/// <summary>OCB, as 802.11p has it, in channels of 10 and 5 MHz between VMs of both paths, with <c>timing: airtime</c>.</summary>
[NonParallelizable]
public class OcbTests
{
    private const string Name = "ocb-test";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [OneTimeSetUp]
    public void StartTheLab()
    {
        string topology = Path.Combine(TestContext.CurrentContext.WorkDirectory, "ocb.yaml");
        File.WriteAllText(topology, $"""
            name: {Name}
            medium:
              timing: airtime
            vms:
              - {"{"} name: car1, radios: 1, regulatory: 1, kernel: 6.12, path: kernel {"}"}
              - {"{"} name: car2, radios: 1, regulatory: 1, kernel: 6.1, path: user {"}"}
            """);
        var (up, progress) = ProgramRun.Lab(Limit, "lab", "up", topology);
        Assert.That(up, Is.Zero, progress);
        Join("car1", 1, "10MHZ");
        Join("car2", 2, "10MHZ");
    }

    [OneTimeTearDown]
    public void EndTheLab() => ProgramRun.Lab(Limit, "lab", "down", "--lab", Name);

    [Test]
    public void CarsTalkInATenMegahertzChannelAndNotToOneThatIsClockedOtherwise()
    {
        var (ping, answers) = Ping();
        Assert.That(ping, Is.Zero, answers);
        Assert.That(answers, Does.Contain(" 0% packet loss"));
        string[] frames = CapturedData();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(frames, Has.Length.GreaterThanOrEqualTo(40));
            Assert.That(frames.TakeLast(20), Is.All.Match("^(1|True),(0|False),5860,"), "half clocked");
            Assert.That(frames.TakeLast(20).Select(frame => double.Parse(frame.Split(',')[3], null)), Is.All.InRange(3, 27), "Mbit/s");
        }

        Join("car2", 2, "5MHZ");
        (ping, answers) = Ping();
        Assert.That(answers, Does.Contain("100% packet loss"), "5 MHz to 10 MHz");

        Join("car1", 1, "5MHZ");
        (ping, answers) = Ping();
        Assert.That(ping, Is.Zero, answers);
        Assert.That(answers, Does.Contain(" 0% packet loss"));
        Assert.That(CapturedData().TakeLast(20), Is.All.Match("^(0|False),(1|True),5860,"), "quarter clocked");
    }

    /// <summary>The host is told of a channel by shm-injector within a second.</summary>
    private static void Join(string vm, int number, string width)
    {
        var (code, output) = ProgramRun.Lab(Limit, "lab", "exec", "--lab", Name, vm, "--", "sh", "-c", $"""
            iw dev wlan0 ocb leave 2>/dev/null
            ip link set wlan0 down
            iw dev wlan0 set type ocb && ip link set wlan0 up && iw dev wlan0 ocb join 5860 {width} || exit 1
            ip address replace 192.168.99.{number}/24 dev wlan0
            sleep 2
            """);
        Assert.That(code, Is.Zero, output);
    }

    private static (int ExitCode, string Output) Ping() =>
        ProgramRun.Lab(Limit, "lab", "exec", "--lab", Name, "car2", "--", "/bin/ping", "-c", "20", "-i", "0.1", "-W", "1", "192.168.99.1");

    /// <summary>Half and quarter clocked, MHz and Mbit/s of each data frame in the capture.</summary>
    private static string[] CapturedData()
    {
        string capture = Path.Combine(Checkout.Run, Name, "medium.pcapng");
        var start = new ProcessStartInfo("tshark",
            ["-r", capture, "-Y", "wlan.fc.type == 2 && ip", "-T", "fields", "-E", "separator=,", "-e", "radiotap.channel.flags.half",
                "-e", "radiotap.channel.flags.quarter", "-e", "radiotap.channel.freq", "-e", "radiotap.datarate"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var tshark = Process.Start(start)!;
        tshark.ErrorDataReceived += (_, _) => { };
        tshark.BeginErrorReadLine();
        string[] lines = tshark.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        tshark.WaitForExit();
        return lines;
    }
}
