using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using ShmWifi.Configuration;
using ShmWifi.Dot11.Frames;
using ShmWifi.ShmMedium.Cli;
using ShmWifi.ShmMedium.Cli.Ctl;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Capture;

/// <summary>Captures that clients of the control API start, end and read live, of a daemon with three VMs, as tshark reads them.</summary>
public sealed class CapturesTests
{
    private const string Group = "ff:ff:ff:ff:ff:ff";

    private TestDaemon _daemon = null!;
    private SimulatedGuest[] _vms = [];
    private string _folder = "";

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-captures").FullName;
        _daemon = new TestDaemon(Isolation.Shared);
        _vms = [_daemon.Attach(Address(1)), _daemon.Attach(Address(2)), _daemon.Attach(Address(3))];
    }

    [TearDown]
    public void TearDown()
    {
        _daemon.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase("pcapng", "0a0d0d0a")]
    [TestCase("pcap", "d4c3b2a1")]
    public void ACaptureHasWhatPassesBetweenItsStartAndItsStop(string format, string magic)
    {
        Send(1, 2, 3);
        Start("one", "--format", format);
        Send(1, 2, 10);
        Assert.That(Ctl("get", "captures", "one")!["name"]!.ToString(), Is.EqualTo("one"));
        var said = Ctl("capture", "stop", "one")!;
        Send(1, 2, 5);

        Assert.That((said["frames"]!.GetValue<int>(), said["lost"]!.GetValue<int>(), said["files"]!.GetValue<int>()), Is.EqualTo((10, 0, 1)));
        Assert.That(Wireshark.Fields(FileOf("one"), "wlan.ra"), Is.EqualTo(Enumerable.Repeat(Address(2).ToString(), 10)));
        Assert.That(Convert.ToHexStringLower(File.ReadAllBytes(FileOf("one")).AsSpan(0, 4)), Is.EqualTo(magic));
        Assert.That(Ctl("get", "captures")!.AsArray(), Is.Empty);
        Assert.That(_daemon.Daemon.Snapshots.Take().Vms.Select(v => v.TxSlotsHeld), Is.All.Zero);
    }

    [Test]
    public void FilesFollowOneAnotherWithinTheirLimit()
    {
        Start("one", "--file-size", "1M", "--files", "2");
        for (int i = 0; i < 40; i++)
        {
            Send(1, 2, 50, bodyLength: 1500);
            Deadline.Until(() => Ctl("get", "captures", "one")!["frames"]!.GetValue<int>() == 50 * (i + 1), "they are written");
        }
        Assert.That(Ctl("capture", "stop", "one")!["files"]!.GetValue<int>(), Is.EqualTo(4), "3.2 MB");
        Assert.That(Directory.EnumerateFiles(_folder, "one_*").Count(), Is.EqualTo(2));
    }

    [Test]
    public void ACaptureOfARadioHasWhatItSendsAndWhatIsForIt()
    {
        Start("one", "--radio", "vm3");
        Send(1, 2, 1);
        Send(1, 3, 1);
        Send(3, 2, 1);
        Broadcast(2);
        Ctl("capture", "stop", "one");
        Assert.That(Wireshark.Fields(FileOf("one"), "wlan.ta", "wlan.ra"), Is.EqualTo(new[]
        {
            $"{Address(1)}\t{Address(3)}",
            $"{Address(3)}\t{Address(2)}",
            $"{Address(2)}\t{Group}",
        }));
    }

    [Test]
    public void AtReceiversARecordHasTheSignalThereAndALostFrameNone()
    {
        Ctl("set", "propagation", "freeSpace");
        Ctl("set", "radio", "vm1", "--position", "0,0,1");
        Ctl("set", "radio", "vm2", "--position", "10,0,1");
        Ctl("set", "radio", "vm3", "--position", "100,0,1");
        string near = SignalOf("vm1", "vm2"), far = SignalOf("vm1", "vm3");
        Start("all", "--view", "receiver", "--lost", "true");
        Start("received", "--view", "receiver");
        Start("one", "--view", "receiver", "--lost", "true", "--radio", "vm3/phy0");
        Broadcast(1);
        Ctl("set", "link", "vm1", "vm3", "--loss", "1");
        Broadcast(1);
        foreach (string name in (string[])["all", "received", "one"])
            Ctl("capture", "stop", name);

        string[] fields = ["frame.interface_name", "frame.packet_flags_direction", "radiotap.dbm_antsignal", "frame.comment"];
        string sent = $"vm1/phy0\t0x00000002\t{near}\t";
        string atNear = $"vm2/phy0\t0x00000001\t{near}\t", atFar = $"vm3/phy0\t0x00000001\t{far}\t";
        const string Lost = "vm3/phy0\t0x00000001\t\tlost: this radio did not receive it";
        Assert.That(Wireshark.Fields(FileOf("all"), fields), Is.EqualTo(new[] { sent, atNear, atFar, sent, atNear, Lost }));
        Assert.That(Wireshark.Fields(FileOf("received"), fields), Is.EqualTo(new[] { sent, atNear, atFar, sent, atNear }));
        Assert.That(Wireshark.Fields(FileOf("one"), fields), Is.EqualTo(new[] { atFar, Lost }));
        Assert.That(near, Is.Not.EqualTo(far));
    }

    [Test]
    public void InAirtimeEachAttemptIsAtItsReceiver()
    {
        Ctl("set", "timing", "airtime");
        Ctl("set", "link", "vm1", "vm2", "--loss", "1", "--one-way");
        Start("medium");
        Start("lost", "--view", "receiver", "--lost", "true", "--radio", "vm2");
        Start("received", "--view", "receiver", "--radio", "vm2");
        Start("control", "--view", "receiver", "--control-frames", "--radio", "vm1");
        Send(1, 2, 1);
        Deadline.Until(() => Ctl("get", "captures", "medium")!["frames"]!.GetValue<int>() == 1, "the frame is over");
        Ctl("unset", "link", "vm1", "vm2");
        Send(1, 2, 1);
        Deadline.Until(() => Ctl("get", "captures", "medium")!["frames"]!.GetValue<int>() == 2, "the other, too");
        foreach (string name in (string[])["medium", "lost", "received", "control"])
            Ctl("capture", "stop", name);

        string[] overall = Wireshark.Fields(FileOf("medium"), "radiotap.data_retries", "wlan.fc.retry");
        int retries = int.Parse(overall[0].Split('\t')[0], CultureInfo.InvariantCulture);
        Assert.That(retries, Is.Positive, "of the one that was lost");
        Assert.That(
            Wireshark.Fields(FileOf("lost"), "radiotap.data_retries", "frame.comment").SkipLast(1),
            Is.EqualTo(Enumerable.Range(0, retries + 1).Select(i => $"{i}\tlost: this radio did not receive it")));
        Assert.That(Wireshark.Fields(FileOf("received"), "radiotap.data_retries", "radiotap.dbm_antsignal"), Has.One.Items);
        Assert.That(Wireshark.Fields(FileOf("control"), "wlan.fc.type_subtype", "frame.packet_flags_direction")[^1],
            Is.EqualTo("0x001d\t0x00000001"), "the ACK, as its receiver got it");
    }

    [Test]
    public void OnTheMediumLostFramesCanBeLeftOut()
    {
        Ctl("set", "link", "vm1", "vm2", "--loss", "1");
        Start("all");
        Start("received", "--lost", "false");
        Send(1, 2, 2);
        Send(1, 3, 1);
        Assert.That(Ctl("capture", "stop", "all")!["frames"]!.GetValue<int>(), Is.EqualTo(3));
        Assert.That(Ctl("capture", "stop", "received")!["frames"]!.GetValue<int>(), Is.EqualTo(1));
    }

    [Test]
    public void WhatCannotBeIsRefusedWithTheReason()
    {
        Start("one");
        Assert.That(Refusal("capture", "start", "one", PathOf("other.pcapng")), Does.Contain("'one' already"));
        Assert.That(Refusal("capture", "start", "two", FileOf("one")), Does.Contain("capture 'one' writes to"));
        Assert.That(Refusal("capture", "start", "two", PathOf("no/folder/x.pcapng")), Does.Contain("no/folder"));
        Assert.That(Refusal("capture", "start", "two", PathOf("x"), "--radio", "ghost"), Does.Contain("no radio 'ghost'"));
        Assert.That(Refusal("capture", "start", "two", PathOf("x"), "--view", "both"), Does.Contain("medium, receiver"));
        Assert.That(Refusal("capture", "start", "two", PathOf("x"), "--files", "1"), Does.Contain("2 to 10000"));
        Assert.That(Refusal("capture", "start", "a b", PathOf("x")), Does.Contain("allowed: 1 to 47"));
        Assert.That(Refusal("capture", "stop", "two"), Does.Contain("no capture is called 'two'"));
        Assert.That(Ctl("get", "captures")!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task ALiveReaderGetsFramesAsTheyPassAndMayGo()
    {
        using var client = new ControlClient(_daemon.ControlSocket);
        using var ended = new CancellationTokenSource(Deadline.Limit);
        string file = PathOf("live.pcapng");
        var reading = client.ReadAsync("live?radio=vm2", async frames =>
        {
            await using var copy = File.Create(file, bufferSize: 0);
            await frames.CopyToAsync(copy, ended.Token);
            return 0;
        }, ended.Token);
        Deadline.Until(() => File.Exists(file) && new FileInfo(file).Length != 0, "it reads");
        Send(1, 2, 5);
        Send(1, 3, 5);
        Deadline.Until(() => Wireshark.Fields(file, "frame.number").Length == 5, "what is for vm2");
        await ended.CancelAsync();
        Assert.That(() => reading, Throws.InstanceOf<OperationCanceledException>());
        Deadline.Until(() => _daemon.Daemon.Captures.Count == 0, "it is forgotten");
        Send(1, 2, 5);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private string FileOf(string capture) => PathOf($"{capture}.capture");

    private void Start(string name, params string[] options) => Ctl(["capture", "start", name, FileOf(name), .. options]);

    private string SignalOf(string from, string to) =>
        Math.Round(Ctl("get", "link", from, to)![0]!["signalDbm"]!.GetValue<double>()).ToString(CultureInfo.InvariantCulture);

    /// <summary>Unicast data, each of which is over when it returns unless there is airtime.</summary>
    private void Send(int from, int to, int count, int bodyLength = 0)
    {
        for (int i = 0; i < count; i++)
        {
            _vms[from - 1].SendFrame(0, Data(Address(to), Address(from), new byte[bodyLength]));
            _vms[from - 1].Drain();
            _vms[to - 1].Drain();
        }
    }

    private void Broadcast(int from)
    {
        _vms[from - 1].SendFrame(0, Data(MacAddress.Broadcast, Address(from)));
        foreach (var vm in _vms)
            vm.Drain();
    }

    private JsonNode? Ctl(params string[] arguments)
    {
        (int code, string output, string error) = Run(arguments);
        Assert.That(code, Is.Zero, error);
        return output.Length > 0 ? JsonNode.Parse(output) : null;
    }

    private string Refusal(params string[] arguments)
    {
        (int code, _, string error) = Run(arguments);
        Assert.That(code, Is.EqualTo(1), string.Join(' ', arguments));
        return error;
    }

    private (int Code, string Output, string Error) Run(string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = new RootCommand { new CtlCommand() }
            .Parse(["ctl", "--socket", _daemon.ControlSocket, "--json", .. arguments])
            .Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}
