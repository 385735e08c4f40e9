using System.Text;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Cli;

/// <summary>The medium in Wireshark: the real tshark, which runs the real <c>shm-medium extcap</c>, of a real daemon.</summary>
public sealed class ExtcapTests
{
    private string _folder = "";
    private MediumProcess _medium = null!;
    private List<SimulatedGuest> _vms = [];

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-extcap").FullName;
        _medium = MediumProcess.Start();
        _vms = [.. Enumerable.Range(1, 2).Select(Attach)];
        TsharkProcess.Install(_folder, _medium.StateFile);
    }

    [TearDown]
    public void TearDown()
    {
        _vms.ForEach(vm => vm.Dispose());
        _medium.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void TsharkListsTheMediumVmsAndRadios()
    {
        using var tshark = Tshark("-D");
        string list = tshark.ReadToEnd();
        foreach (string line in (string[])["shmwifi (ShmWifi: the medium)", "shmwifi:vm1 (ShmWifi: VM vm1)",
            "shmwifi:vm1:phy0 (ShmWifi: radio vm1/phy0)", "shmwifi:vm2:phy0 (ShmWifi: radio vm2/phy0)"])
        {
            Assert.That(list, Does.Contain(line));
        }
        using var types = Tshark("-L", "-i", "shmwifi:vm1");
        Assert.That(types.ReadToEnd(), Does.Contain("IEEE802_11_RADIO"));
    }

    [TestCase("shmwifi", "vm1/phy0\t-30")]
    [TestCase("shmwifi:vm2", "vm2/phy0\t-30")]
    [TestCase("shmwifi:vm2:phy0", "vm2/phy0\t-30")]
    public void ALiveCaptureHasTheFramesWhereTheInterfaceLooksAndEndsWithItsReader(string name, string expected)
    {
        using var tshark = Tshark("-i", name, "-l", "-T", "fields", "-e", "frame.interface_name", "-e", "radiotap.dbm_antsignal");
        var lines = AwaitLines(tshark, 20);
        Assert.That(lines, Is.All.EqualTo(expected));
        Assert.That(Programs(), Is.Not.Empty);
        tshark.Interrupt();
        Deadline.Until(() => Programs().Length == 0, "shm-medium extcap ends with tshark");
        Assert.That(tshark.ExitCode, Is.Zero, tshark.Error);
    }

    [Test]
    public void AnOptionOfTheInterfaceChoosesTheView()
    {
        using var tshark = Tshark("-i", "shmwifi", "-o", "extcap.shmwifi.view:receiver", "-l", "-T", "fields", "-e", "frame.interface_name");
        Assert.That(AwaitLines(tshark, 20).Distinct(), Is.EquivalentTo(new[] { "vm1/phy0", "vm2/phy0" }));
        tshark.Interrupt();
    }

    [Test]
    public void TheEndOfTheDaemonEndsTheCaptureWithAMessage()
    {
        using var tshark = Tshark("-i", "shmwifi", "-l", "-T", "fields", "-e", "frame.interface_name");
        _ = AwaitLines(tshark, 1);
        Assert.That(_medium.Stop(), Is.Zero);
        _ = tshark.ReadToEnd();
        Assert.That(tshark.Error, Does.Contain("the daemon ended"));
        Assert.That(Programs(), Is.Empty);
    }

    [Test]
    public void WithoutADaemonTheMediumOfAnotherHostIsListedAndThisOnesIsRefused()
    {
        TsharkProcess.Install(_folder, Path.Combine(_folder, "none.json"));
        using var list = Tshark("-D");
        Assert.That(list.ReadToEnd(), Does.Contain("shmwifi (ShmWifi: of another host)").And.Not.Contain("vm1"));
        using var tshark = Tshark("-i", "shmwifi");
        _ = tshark.ReadToEnd();
        Assert.That(tshark.Error, Does.Contain("none.json"));
    }

    [Test]
    public void TheToolbarChoosesAChannelAndHidesLostFrames()
    {
        foreach (string name in (string[])["frames", "to", "from"])
            Wireshark.Run("mkfifo", [PathOf(name)]);
        using var extcap = new ProgramProcess("shm-medium", "extcap", "--state", _medium.StateFile, "--capture", "--extcap-interface", "shmwifi",
            "--fifo", PathOf("frames"), "--extcap-control-in", PathOf("to"), "--extcap-control-out", PathOf("from"));
        string file = PathOf("copy.pcapng");
        var copying = Task.Run(() =>
        {
            using var frames = File.OpenRead(PathOf("frames"));
            using var copy = File.Create(file, bufferSize: 0);
            frames.CopyTo(copy);
        });
        using var told = File.OpenRead(PathOf("from"));
        using var toolbar = new FileStream(PathOf("to"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        Deadline.Until(() => Send(2412) && File.Exists(file) && Fields().Contains("2412\t-30"), "frames");
        byte[] first = new byte[6 + "2412\01 (2412 MHz)".Length];
        told.ReadExactly(first);
        Assert.That(Encoding.ASCII.GetString(first[6..]), Is.EqualTo("2412\01 (2412 MHz)"));
        Assert.That(first[..6], Is.EqualTo(new byte[] { (byte)'T', 0, 0, 19, 0, 2 }), "adds a value to control 0");

        toolbar.Write([(byte)'T', 0, 0, 6, 0, 1, .. "2437"u8]); // no other channel from now on, but of those on their way
        Thread.Sleep(200);
        int before = Fields().Length;
        for (int i = 0; i < 10; i++)
            Send(2412);
        Deadline.Until(() => Send(2437) && Fields().Contains("2437\t"), "that nobody received: all listen on 2412");
        Assert.That(Fields().Skip(before), Is.All.EqualTo("2437\t"));

        toolbar.Write([(byte)'T', 0, 0, 3, 1, 1, 0]); // lost frames are hidden
        toolbar.Write([(byte)'T', 0, 0, 3, 0, 1, (byte)'0']);
        Thread.Sleep(200);
        before = Fields().Length;
        for (int i = 0; i < 10; i++)
            Send(2437);
        Deadline.Until(() => Send(2412) && Fields()[^1] == "2412\t-30", "a frame that was received");
        Assert.That(Fields().Skip(before), Is.All.EqualTo("2412\t-30"));
        _medium.Kill();
        Assert.That(copying.Wait(Deadline.Limit), Is.True);

        string[] Fields() => Wireshark.Fields(file, "radiotap.channel.freq", "radiotap.dbm_antsignal");
    }

    [Test]
    public void ACaptureFilterIsRefused()
    {
        (int code, _, string error) = MediumProcess.Run("extcap", "--extcap-interface", "shmwifi", "--extcap-capture-filter", "port 80");
        Assert.That((code, error), Is.EqualTo((1, "shm-medium extcap: there are no capture filters: use a display filter, or the option Radio of the "
            + "interface\n")));
    }

    /// <summary>With a program in ssh's place that runs here what ssh runs there: how it is called, and how its end is told.</summary>
    [Test]
    public void AnotherHostsMediumComesBySsh()
    {
        Script("ssh", "while [ \"$1\" != -- ]; do shift; done; [ \"$2\" = user@host ] || { echo no route to $2 >&2; exit 255; }; exec sh -c \"$3\"");
        Script("shm-medium", $"exec {Quoted(Environment.ProcessPath!)} {Quoted(MediumProcess.Program + ".dll")} \"$@\" --state {_medium.StateFile}");
        TsharkProcess.Install(_folder, Path.Combine(_folder, "none.json"));
        string[] capture = ["-i", "shmwifi", "-o", "extcap.shmwifi.radio:vm2", "-l", "-T", "fields", "-e", "wlan.ra", "-o"];
        using (var tshark = Tshark([.. capture, "extcap.shmwifi.sshhost:user@host"]))
        {
            Assert.That(AwaitLines(tshark, 5), Is.All.EqualTo(Address(2).ToString()));
            tshark.Interrupt();
            Deadline.Until(() => Programs().Length == 0, "it ends");
        }
        using var nowhere = Tshark([.. capture, "extcap.shmwifi.sshhost:nowhere"]);
        _ = nowhere.ReadToEnd();
        Assert.That(nowhere.Error, Does.Contain("no route to nowhere"));
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static string Quoted(string text) => $"'{text}'";

    private void Script(string name, string text)
    {
        Directory.CreateDirectory(PathOf("bin"));
        string path = Path.Combine(PathOf("bin"), name);
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private SimulatedGuest Attach(int number)
    {
        var vm = SimulatedGuest.Connect(_medium.Socket);
        vm.Hello();
        vm.AddRadio(0, Address(number));
        vm.Tune(0, 2412);
        vm.Drain();
        return vm;
    }

    private bool Send(uint freqMhz)
    {
        _vms[0].SendFrame(0, Data(Address(2), Address(1)), freqMhz: freqMhz);
        _vms.ForEach(vm => vm.Drain());
        return true;
    }

    private List<string> AwaitLines(TsharkProcess tshark, int count)
    {
        Deadline.Until(() =>
        {
            Assert.That(tshark.HasExited, Is.False, tshark.Error);
            return Send(2412) && tshark.Lines.Count >= count;
        }, "tshark's lines");
        return tshark.Lines;
    }

    /// <summary>The <c>shm-medium extcap</c> that capture now, by tshark of this test.</summary>
    private string[] Programs() => [.. Directory.EnumerateDirectories("/proc").Select(CommandLine)
        .Where(line => line.Contains("\0--capture\0", StringComparison.Ordinal) && line.Contains("\0extcap\0", StringComparison.Ordinal)
            && line.Contains(_folder, StringComparison.Ordinal) | line.Contains(_medium.StateFile, StringComparison.Ordinal))];

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private TsharkProcess Tshark(params string[] arguments) => new(_folder, arguments);
}
