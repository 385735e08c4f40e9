using System.Diagnostics;
using System.Runtime.InteropServices;
using ShmWifi.Configuration;
using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.ShmMedium.Delivery;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Capture;

/// <summary>The files that a capture leaves on disk, as Wireshark reads them, and that each frame is in one of them or counted as left out.</summary>
public sealed unsafe class CaptureTapTests
{
    private const int FrameLength = 1500;

    private readonly List<string> _warnings = [];
    private EngineHarness _harness = null!;
    private string _folder = "";
    private byte* _bytes;

    [SetUp]
    public void SetUp()
    {
        _harness = new EngineHarness(ports: 2);
        _folder = Directory.CreateTempSubdirectory("shmwifi-capture").FullName;
        _bytes = (byte*)NativeMemory.AllocZeroed(FrameLength);
        Frames.QosData().CopyTo(new Span<byte>(_bytes, FrameLength));
        _warnings.Clear();
    }

    [TearDown]
    public void TearDown()
    {
        NativeMemory.Free(_bytes);
        _harness.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private CaptureConfiguration Configuration => new(PathOf("medium.pcapng"));

    private string[] Files => [.. Directory.EnumerateFiles(_folder).Where(f => new FileInfo(f).LinkTarget is null).Order(StringComparer.Ordinal)];

    [Test]
    public void PcapIsWrittenInTheSameRingOfFiles()
    {
        var configuration =
            new CaptureConfiguration(PathOf("medium.pcap")) { Format = CaptureFormat.Pcap, FileSize = CaptureConfiguration.MinFileSize };
        using (var first = Start(configuration))
            Offer(first, 1000);
        using (var second = Start(configuration))
            Offer(second, 5);

        Assert.That(Files, Has.Length.GreaterThanOrEqualTo(3), "more than a file's size, and a restart");
        Assert.That(Files.Select(Path.GetFileName), Is.All.Match(@"^medium_0000\d_\d{14}\.pcap$"));
        Assert.That(Files.Sum(FramesIn), Is.EqualTo(1005));
        Assert.That(FramesIn(configuration.File), Is.EqualTo(5));
        Assert.That(Files.Select(file => Convert.ToHexStringLower(File.ReadAllBytes(file).AsSpan(0, 4))), Is.All.EqualTo("d4c3b2a1"));
        Assert.That(_warnings, Is.Empty);
    }

    [Test]
    public void ARestartLeavesTheCaptureOfWhatWentBeforeAndThePathLeadsToTheNewest()
    {
        using (var first = Start(Configuration))
            Offer(first, 10);
        using (var second = Start(Configuration))
            Offer(second, 5);

        Assert.That(Files.Select(FramesIn), Is.EqualTo(new[] { 10, 5 }));
        Assert.That(Files.Select(Path.GetFileName), Is.All.Match(@"^medium_0000[12]_\d{14}\.pcapng$"));
        Assert.That(new FileInfo(Configuration.File).LinkTarget, Is.EqualTo(Path.GetFileName(Files[1])));
        Assert.That(FramesIn(Configuration.File), Is.EqualTo(5));
        Assert.That(Files.Select(File.GetUnixFileMode), Is.All.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead));
        Assert.That(_warnings, Is.Empty);
    }

    [Test]
    public void FilesAreAsLongAndAsManyAsIsSaidAndEachIsWhole()
    {
        const int Sent = 4000; // 6 MB
        using (Start(Configuration))
        {
        }
        var configuration = Configuration with { FileSize = 1 << 20, Files = 3 };
        CaptureSnapshot said;
        using (var capture = Start(configuration))
        {
            Offer(capture, Sent);
            Deadline.Until(() => capture.Describe().Frames == Sent, "all are written");
            said = capture.Describe();
        }
        Assert.That((said.Lost, said.Stopped, said.Files), Is.EqualTo((0, (string?)null, 6)));
        Assert.That(Files.Select(f => Path.GetFileName(f)[..12]), Is.EqualTo(new[] { "medium_00005", "medium_00006", "medium_00007" }));
        Assert.That(Files.Sum(f => new FileInfo(f).Length), Is.LessThanOrEqualTo(3 * ((1 << 20) + FrameLength + 100)));
        int perFile = FramesIn(Files[0]);
        Assert.That(FramesIn(Files[1]), Is.EqualTo(perFile));
        Assert.That(FramesIn(Files[2]), Is.EqualTo(Sent - (5 * perFile)));
        foreach (string file in Files)
            Assert.That(Wireshark.Fields(file, "frame.interface_name").Distinct(), Is.EquivalentTo(new[] { "vm0/phy0", "vm1/phy0" }), file);
    }

    [Test]
    public void AFileThatIsOldIsFollowedByAnother()
    {
        using var capture = Start(Configuration with { Duration = TimeSpan.FromMilliseconds(50) });
        Offer(capture, 1);
        Deadline.Until(() => capture.Describe().Frames == 1, "it is written");
        int files = capture.Describe().Files;
        Thread.Sleep(60);
        Offer(capture, 1);
        Deadline.Until(() => capture.Describe().Frames == 2, "the other is written");
        Assert.That(capture.Describe().Files, Is.EqualTo(files + 1));
        Assert.That(FramesIn(Configuration.File), Is.EqualTo(1));
    }

    [Test]
    public void AFileInThePathsPlaceBecomesOneOfTheOthersAndStrangersAreLeftAlone()
    {
        File.WriteAllText(Configuration.File, "of a version before");
        string[] strangers = ["medium_1_2.pcapng", "medium_00001_20260101000000.txt", "other_00001_20260101000000.pcapng", "medium_.pcapng"];
        foreach (string stranger in strangers)
            File.WriteAllText(PathOf(stranger), "");
        for (int run = 0; run < 4; run++)
        {
            if (run == 1)
                Assert.That(File.ReadAllText(Files.Single(f => f.Contains("medium_00001_", StringComparison.Ordinal) && f.EndsWith('g'))),
                    Is.EqualTo("of a version before"));
            using var capture = Start(Configuration with { Files = 3 });
            Offer(capture, 1);
        }
        var names = Files.Select(f => Path.GetFileName(f)!).ToList();
        Assert.That(strangers, Is.SubsetOf(names));
        Assert.That(names.Except(strangers).Select(n => n[..12]), Is.EqualTo(new[] { "medium_00003", "medium_00004", "medium_00005" }));
    }

    [Test]
    public void AFullDiskLeavesFramesOutCountsThemAndIsToldOnce()
    {
        Shell("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", _folder);
        try
        {
            const int Sent = 1000; // 1.5 MB
            var capture = Start(Configuration);
            Offer(capture, Sent);
            Deadline.Until(() => capture.Tap.IsEmpty && capture.Describe().LeftOut["noSpace"] != 0, "the disk is full");
            long written = capture.Describe().Frames;
            Assert.That(FramesIn(Configuration.File), Is.EqualTo(written), "whole up to there");
            Shell("mount", "-o", "remount,size=4m", _folder);
            Deadline.Until(() => capture.Describe().Frames > written, "it goes on");
            Offer(capture, 10);
            capture.Dispose();
            var said = capture.Describe();
            Assert.That(said.Frames + said.LeftOut["noSpace"], Is.EqualTo(Sent + 10), "each is in the file or counted");
            Assert.That((said.Stopped, said.LeftOut["tooSlow"], said.LeftOut["stopped"]), Is.EqualTo(((string?)null, 0, 0)));
            Assert.That(FramesIn(Configuration.File), Is.EqualTo(said.Frames));
            Assert.That(_warnings.Single(), Does.Contain("no space is left"));
        }
        finally
        {
            Shell("umount", _folder);
        }
    }

    [Test]
    public void WhatPassesAfterACaptureHasStoppedIsCounted()
    {
        using var capture = Start(new(PathOf("no/such/folder/medium.pcapng")));
        Deadline.Until(() => capture.Describe().Stopped is not null, "it has stopped");
        Offer(capture, 7, mustBeTaken: false);
        var said = capture.Describe();
        Assert.That((said.Frames, said.Lost, said.LeftOut["stopped"]), Is.EqualTo((0, 7, 7)));
        Assert.That(_warnings.Single(), Does.Contain("stopped after 0 frames"));
    }

    [Test]
    public void AFifoGetsAllFramesAndHasNoFilesBesideIt()
    {
        Shell("mkfifo", Configuration.File);
        var read = Task.Run(() =>
        {
            using var copy = File.Create(PathOf("copy"));
            using var pipe = File.OpenRead(Configuration.File);
            pipe.CopyTo(copy);
        });
        using (var capture = Start(Configuration with { FileSize = 1 << 20 }))
            Offer(capture, 1000);
        Assert.That(read.Wait(Deadline.Limit), Is.True);
        Assert.That(FramesIn(PathOf("copy")), Is.EqualTo(1000));
        Assert.That(Directory.EnumerateFiles(_folder).Count(), Is.EqualTo(2));
    }

    [Test]
    public void TheGroupOwnsTheFiles()
    {
        using (Start(Configuration with { Group = "daemon" }))
        {
        }
        Assert.That(Shell("stat", "-c", "%G %a", Files.Single()), Is.EqualTo("daemon 640\n"));
        using var wrong = Start(Configuration with { Group = "no-such-group" });
        Deadline.Until(() => wrong.Describe().Stopped is not null, "it has stopped");
        Assert.That(wrong.Describe().Stopped, Does.Contain("no-such-group: no such group"));
    }

    [Test]
    public void AFrameIsShownAtTheRateOfTheAttemptWithItsRetriesAndOnWhateverFrequency()
    {
        var chain = RetryChain.Read([11, 1, 4, 2, 0xff, 0, 0xff, 0], new byte[RetryChain.FlagsSize]); // 54 Mbit/s, then 6 twice
        using (var capture = Start(Configuration))
        {
            Offer(capture, chain, 2412, attempts: 1, new(1, -40, IsRetry: false), isAcked: true);
            Offer(capture, chain, 2412, attempts: 3, new(2, -41, IsRetry: true), isAcked: false);
            Offer(capture, chain, 2412, attempts: 3, default, isAcked: false);
            Offer(capture, chain, 2413, attempts: 1, default, isAcked: false);
            Offer(capture, chain, 2413, attempts: 1, new(1, 0, IsRetry: false), isAcked: true, TxFlags.NoAck);
        }
        Assert.That(
            Wireshark.Fields(Configuration.File, "radiotap.channel.freq", "wlan_radio.data_rate", "radiotap.dbm_antsignal", "radiotap.data_retries",
                "radiotap.txflags", "wlan.fc.retry"),
            Is.EqualTo(new[]
            {
                "2412\t54\t-40\t0\t0x0000\t0",
                "2412\t6\t-41\t2\t0x0001\t1",
                "2412\t6\t\t2\t0x0001\t1",
                "2413\t54\t\t0\t0x0001\t0",
                "2413\t54\t0\t0\t0x0008\t0",
            }));
        Assert.That(string.Join('\n', Wireshark.Fields(Configuration.File, "_ws.malformed")).Trim(), Is.Empty);
    }

    [Test]
    public void ADaemonThatIsKilledLeavesAllThatItSaidToHaveWritten()
    {
        long frames = 0;
        using (var medium = MediumProcess.Start("--capture", Configuration.File))
        using (var vm = SimulatedGuest.Connect(medium.Socket))
        {
            vm.Hello();
            vm.AddRadio(0, Frames.Ap);
            for (int i = 0; i < 300; i++)
                vm.SendFrame(0, Frames.Beacon(), freqMhz: 2437);
            vm.Drain();
            Deadline.Until(() => medium.ReadStatistics().Capture is var said && (frames = said!.Frames) + said.Lost == 300, "all are written");
            medium.Kill();
        }
        using (var again = MediumProcess.Start("--capture", Configuration.File))
            Assert.That(again.Stop(), Is.Zero);
        Assert.That(Files.Select(FramesIn), Is.EqualTo(new[] { frames, 0 }));
        Assert.That(frames, Is.Positive);
    }

    private CaptureTap Start(CaptureConfiguration configuration)
    {
        var capture = new CaptureTap(configuration, _warnings.Add);
        capture.Start();
        return capture;
    }

    private void Offer(CaptureTap capture, int count, bool mustBeTaken = true)
    {
        for (int i = 0; i < count; i++)
        {
            long lost = capture.Tap.Lost;
            Offer(capture, default, 2412, attempts: 1, new(1, -30, IsRetry: false), isAcked: true, sender: i & 1);
            if (mustBeTaken && i % 64 == 63)
                Deadline.Until(() => capture.Tap.IsEmpty, "the reader");
            Assert.That(capture.Tap.Lost, Is.EqualTo(lost));
        }
    }

    private void Offer(CaptureTap capture, RetryChain chain, uint freqMhz, int attempts, BestReception best, bool isAcked,
        TxFlags flags = TxFlags.RequestStatus, int sender = 0)
    {
        var frame = new Frame
        {
            Sender = _harness.Ports[sender].Radios[0]!,
            Bytes = _bytes,
            Length = FrameLength,
            FreqMhz = freqMhz,
            IsHeld = true,
            Flags = flags,
            Receiver = Frames.Ap,
            Chain = chain,
        };
        capture.Tap.Offer(new TappedFrame(in frame, new Outcome { Attempts = attempts, Best = best }, new MediumClock()) { IsAcked = isAcked });
    }

    private static int FramesIn(string file) => Wireshark.Fields(file, "frame.number").Length;

    private static string Shell(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, program);
        return output;
    }
}
