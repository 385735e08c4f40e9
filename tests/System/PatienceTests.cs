using System.Diagnostics;
using System.Text.Json.Nodes;
using ShmWifi.Lab.Processes;

namespace ShmWifi.Tests.System;

/// <summary>A host that stands still for half a second at a time: no timer of mac80211's or hostapd's expires (docs/decisions/0019).</summary>
[NonParallelizable]
public class PatienceTests
{
    private const string Name = "patience-test";
    private const string Ping = "/bin/ping -i 0.1 -c 200 -W 2 192.168.77.1";
    private const string Complaints = "deauthenticat|disassociat|disconnected|timed out|host is away";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(500);
    private static readonly string[] Stations = ["sta1", "sta2", "sta3"];

    [OneTimeSetUp]
    public void StartTheLab()
    {
        string topology = Path.Combine(TestContext.CurrentContext.WorkDirectory, "patience.yaml");
        File.WriteAllText(topology, $"""
            name: {Name}
            vms:
              - {"{"} name: ap, role: ap, kernel: 6.12, path: kernel {"}"}
              - {"{"} name: sta1, role: station, kernel: 6.1, path: user {"}"}
              - {"{"} name: sta2, role: station, kernel: 6.1, path: kernel {"}"}
              - {"{"} name: sta3, role: station, kernel: 6.12, path: user {"}"}
            """);
        var (up, progress) = ProgramRun.Lab(Limit, "lab", "up", topology);
        Assert.That(up, Is.Zero, progress);
    }

    [OneTimeTearDown]
    public void EndTheLab() => ProgramRun.Lab(Limit, "lab", "down", "--lab", Name);

    [Test]
    public async Task NoLinkIsLostWhileTheHostStandsStill()
    {
        var (_, json) = ProgramRun.Lab(Limit, "lab", "status", "--lab", Name, "--json");
        int keeper = JsonNode.Parse(json)!["medium"]!["id"]!.GetValue<int>();
        string[] engines = [.. ChildProcesses.Of(keeper).Select(id => $"{id}")];
        Assert.That(engines, Is.Not.Empty);
        var pings = Stations.Select(station => Task.Run(() => In(station, Ping))).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(3));
        for (int i = 0; i < 10; i++)
        {
            Signal("-STOP", engines);
            await Task.Delay(Gap);
            Signal("-CONT", engines);
            await Task.Delay(2 * Gap);
        }
        var answers = await Task.WhenAll(pings);
        Assert.Multiple(() =>
        {
            foreach (string vm in (string[])["ap", .. Stations])
            {
                var (_, complaints) = In(vm, $"(dmesg; cat /run/*.log) 2>/dev/null | grep -iE '{Complaints}'");
                Assert.That(complaints, Is.Empty, vm);
            }
            foreach (var (station, (exitCode, output)) in Stations.Zip(answers))
            {
                Assert.That(exitCode, Is.Zero, () => $"{station}: {output}\n{LogsOf(station)}\n{LogsOf("ap")}");
                Assert.That(output, Does.Contain(" 0% packet loss"));
            }
        });
    }

    private static string LogsOf(string vm) => In(vm, "dmesg | tail -n 20; tail -n 40 /run/*.log").Output;

    private static void Signal(string signal, string[] processes)
    {
        using var kill = Process.Start("kill", [signal, .. processes]);
        kill.WaitForExit();
        Assert.That(kill.ExitCode, Is.Zero);
    }

    private static (int ExitCode, string Output) In(string vm, string command) =>
        ProgramRun.Lab(Limit, "lab", "exec", "--lab", Name, vm, "--", "sh", "-c", command);
}
