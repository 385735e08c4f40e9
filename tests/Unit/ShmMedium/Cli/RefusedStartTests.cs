using ShmWifi.Configuration;

namespace ShmWifi.Tests.Unit.ShmMedium.Cli;

/// <summary>A <c>run</c> that is refused leaves nothing behind, whatever the reason.</summary>
public sealed class RefusedStartTests
{
    private const string Rest = "capture: {file: medium.pcapng}\nlog: {file: medium.log}\n";
    private const string Vms = "vms: [{name: ap, socket: ap.sock}, {name: sta1, socket: sta1.sock}]\n";

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("shmwifi-refused").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    [TestCase(Vms + "errorTable: none.txt\n", "none.txt: error: cannot be read: ")]
    [TestCase(Vms + "schedule: [{at: 1h, errorTable: none.txt}]\n", "none.txt: error: cannot be read: ")]
    [TestCase("vms: [{name: ap, socket: ap.sock}, {name: sta1, socket: sta1.sock, group: no-such-group}]\n",
        "VM sta1: group no-such-group: no such group")]
    [TestCase("vms: [{name: ap, socket: ap.sock}, {name: sta1, socket: nowhere/sta1.sock}]\n", "nowhere/sta1.sock")]
    [TestCase(Vms + "control: nowhere/control.sock\n", "nowhere/control.sock")]
    [TestCase(Vms + "control: {group: no-such-group}\n", "no-such-group: no such group")]
    public void ARefusedStartLeavesNothing(string yaml, string reason) => Refuse(yaml, reason);

    [Test]
    public void NorDoesOneThatWantsRadiosWhichThisKernelHasNot([Values("run", "local")] string command)
    {
        Assume.That(Directory.Exists("/sys/module/mac80211_hwsim"), Is.False, "this kernel has them");
        Refuse("local: true\n" + Vms, "this kernel has no mac80211_hwsim: load it by", command: command);
    }

    [Test]
    public void NeitherDoesOneWhoseStateFileIsAnothers()
    {
        using var file = DaemonStateFile.Publish(At("state.json"), DaemonState.Of(DaemonConfiguration.Parse("socket: a", At("other.yaml"))));
        Refuse(Vms, "publishes its state in");
    }

    [Test]
    public void NorOneWhoseSocketIsServed()
    {
        using var other = MediumProcess.Start();
        Refuse($"vms: [{{name: ap, socket: ap.sock}}, {{name: sta1, socket: {other.Socket}}}]\n", "another daemon serves it");
        Assert.That(File.Exists(other.Socket), Is.True);
    }

    [Test]
    public void NorOneThatCannotTellSystemd()
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", At("nobody"));
        try
        {
            Refuse(Vms, "where systemd cannot be told", mayCapture: true);
        }
        finally
        {
            Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
        }
    }

    // What was captured before the end is kept, as ever.
    private void Refuse(string yaml, string reason, bool mayCapture = false, string command = "run")
    {
        File.WriteAllText(At("medium.yaml"), yaml + Rest);
        string[] before = Entries();
        (int code, _, string error) = MediumProcess.Run(command, "--config", At("medium.yaml"), "--state", At("state.json"));
        Assert.That(code, Is.EqualTo(1), error);
        Assert.That(error, Does.Contain(reason));
        Assert.That(Entries().Where(name => !mayCapture || !name.EndsWith(".pcapng", StringComparison.Ordinal)), Is.EqualTo(before));
    }

    private string[] Entries() => [.. Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
}
