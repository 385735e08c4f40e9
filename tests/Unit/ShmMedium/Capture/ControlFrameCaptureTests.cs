using System.Globalization;
using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Capture;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Capture;

/// <summary>What tshark reads of exchanges in <c>timing: airtime</c>, from a guest's ring to the file.</summary>
/// <remarks>By hand from the standard, on 5 GHz: SIFS 16 µs; at 24 Mbit/s an RTS, a CTS and an ACK take 28 µs, 20 of them before the first bit, and a
/// BlockAck 32; HT's preamble takes 36 µs.</remarks>
public sealed class ControlFrameCaptureTests
{
    private const uint FreqMhz = 5180;
    private const byte Tid = 3;
    private const string A = "02:00:00:00:01:00", B = "02:00:00:00:02:00";

    private static readonly PhyRate s_ht = PhyRate.Ht(7);

    private TestDaemon _daemon = null!;
    private SimulatedGuest[] _vms = [];
    private string _folder = "";
    private CaptureTap _capture = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-capture").FullName;
        _daemon = new TestDaemon(Isolation.Shared);
        _vms = [_daemon.Attach(FreqMhz, Address(1)), _daemon.Attach(FreqMhz, Address(2))];
        Change(new SetTiming(Timing.Airtime));
    }

    [TearDown]
    public void TearDown()
    {
        _daemon.Dispose();
        _capture.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void RtsCtsFrameAndAckAreThereWithTheirTimesRatesAndDurations()
    {
        Start(controlFrames: true);
        byte[] data = Data(Address(2), Address(1), new byte[1500]);
        Send(_vms[0], [data], TxRateFlags.UseRtsCts);

        const int FrameUs = 36 + (4 * 48); // (16 + 8 * 1528 + 6) / 260
        string[][] read = Read(
            "wlan.fc.type_subtype", "wlan.ra", "wlan.ta", "wlan.duration", "wlan_radio.data_rate", "radiotap.dbm_antsignal", "radiotap.data_retries",
            "frame.interface_name");
        Assert.That(read.Select(fields => string.Join(' ', fields)), Is.EqualTo(new[]
        {
            $"0x001b {B} {A} {16 + 28 + 16 + FrameUs + 16 + 28} 24 -30 0 vm1/phy0",
            $"0x001c {A}  {16 + FrameUs + 16 + 28} 24 -30 0 vm2/phy0",
            $"0x0020 {B} {A} 0 65 -30 0 vm1/phy0",
            $"0x001d {A}  0 24 -30 0 vm2/phy0",
        }));

        long[] firstBits = [.. Read("radiotap.mactime").Select(fields => long.Parse(fields[0], CultureInfo.InvariantCulture))];
        Assert.That(
            firstBits.Select(us => us - firstBits[0]),
            Is.EqualTo(new long[] { 0, 28 + 16, 28 + 16 + 28 + 16 + 16, 28 + 16 + 28 + 16 + FrameUs + 16 }),
            "20 or 36 µs behind the start");
        decimal[] ends = [.. Read("frame.time_epoch").Select(fields => decimal.Parse(fields[0], CultureInfo.InvariantCulture))];
        Assert.That(ends.Select(s => (s - ends[0]) * 1_000_000), Is.EqualTo(new decimal[] { 0, 16 + 28, 44 + 16 + FrameUs, 60 + FrameUs + 44 }));
    }

    [Test]
    public void EachAttemptIsARecordAndNobodyAcknowledgesForWhoIsAway()
    {
        Start(controlFrames: true);
        _vms[0].SendFrame(0, Data(Address(9), Address(1), new byte[50]), freqMhz: FreqMhz);
        AwaitStatuses(1);
        _vms[0].SendFrame(0, Data(MacAddress.Broadcast, Address(1), new byte[50]), freqMhz: FreqMhz);
        _ = _vms[1].Receive();
        Assert.That(
            Read("wlan.fc.type_subtype", "wlan.fc.retry", "radiotap.data_retries", "radiotap.dbm_antsignal", "radiotap.txflags")
                .Select(fields => (fields[0], IsTrue(fields[1]), fields[2], fields[3], fields[4])),
            Is.EqualTo(new[]
            {
                ("0x0020", false, "0", "", "0x0000"), ("0x0020", true, "1", "", "0x0000"), ("0x0020", true, "2", "", "0x0000"),
                ("0x0020", false, "0", "-30", "0x0000"),
            }));
    }

    [Test]
    public void ABlockAckTellsTsharkWhichMpdusCame()
    {
        Agree();
        Change(new SetLink(new(RadioPattern.Of("vm1"), RadioPattern.Of("vm2")) { Loss = 0.4, OneWay = true }));
        Start(controlFrames: true);
        Send(_vms[0], [.. Enumerable.Range(0, 60).Select(Numbered)]);

        HashSet<string> had = [];
        List<string[]> ampdu = [];
        int blockAcks = 0;
        foreach (string[] fields in Read(
            "wlan.fc.type_subtype", "radiotap.ampdu.reference", "wlan.seq", "radiotap.dbm_antsignal", "radiotap.ampdu.flags.last",
            "wlan.ba.control", "wlan.fixed.ssc.sequence", "wlan.ba.bm", "wlan.ra", "wlan.ta"))
        {
            if (fields[0] == "0x0028" && fields[1].Length != 0)
            {
                if (ampdu.Count != 0 && ampdu[0][1] != fields[1])
                    ampdu.Clear();
                ampdu.Add(fields);
            }
            if (fields[0] != "0x0019")
                continue;
            blockAcks++;
            Assert.That(ampdu.Select(mpdu => IsTrue(mpdu[4])), Is.EqualTo(ampdu.Select((_, i) => i == ampdu.Count - 1)));
            had.UnionWith(ampdu.Where(mpdu => mpdu[3].Length != 0).Select(mpdu => mpdu[2]));
            int first = int.Parse(ampdu[0][2], CultureInfo.InvariantCulture);
            ulong bits = ampdu.Select(mpdu => mpdu[2]).Where(had.Contains)
                .Aggregate(0ul, (sum, sequence) => sum | (1ul << (int.Parse(sequence, CultureInfo.InvariantCulture) - first)));
            string bitmap = Convert.ToHexStringLower(BitConverter.GetBytes(bits));
            Assert.That(fields[5..], Is.EqualTo(new[] { $"0x{Tid:x}004", $"{first}", bitmap, A, B }));
            ampdu.Clear();
        }
        Assert.That(blockAcks, Is.GreaterThan(1));
        Assert.That(had, Has.Count.GreaterThan(50));
    }

    /// <summary>MPDUs of 634 octets, with delimiter and padding 640: 4 µs carry 260 bits.</summary>
    [TestCase(true)]
    [TestCase(false)]
    public void MpdusOfAnAmpduHaveItsNumberAndEachItsOwnTime(bool controlFrames)
    {
        Agree();
        Start(controlFrames);
        Send(_vms[0], [.. Enumerable.Range(0, 40).Select(Numbered)]);

        var ampdus = Read(
                "wlan.fc.type_subtype", "radiotap.ampdu.reference", "radiotap.mactime", "radiotap.ampdu.flags.lastknown", "radiotap.ampdu.flags.last")
            .Where(fields => fields[0] == "0x0028" && fields[1].Length != 0).GroupBy(fields => fields[1]).ToArray();
        Assert.That(ampdus.Sum(ampdu => ampdu.Count()), Is.GreaterThan(30));
        foreach (var ampdu in ampdus)
        {
            long[] us = [.. ampdu.Select(fields => long.Parse(fields[2], CultureInfo.InvariantCulture))];
            double[] evenly = [.. us.Select((_, i) => i * 640 * 8 / 65.0)];
            Assert.That(us.Select(one => one - us[0]), Is.EqualTo(evenly).Within(6), "SERVICE, tail, and padding of the last symbol");
            Assert.That(ampdu.Select(fields => IsTrue(fields[3])), Is.All.True);
            Assert.That(ampdu.Select(fields => IsTrue(fields[4])), Is.EqualTo(us.Select((_, i) => i == us.Length - 1)));
        }
    }

    [Test]
    public void UnlessAskedForEachFrameIsThereOnceAndNothingElse()
    {
        Start(controlFrames: false);
        Send(_vms[0], [Data(Address(2), Address(1), new byte[1500]), Data(Address(2), Address(1), new byte[50])], TxRateFlags.UseRtsCts);
        _vms[0].SendFrame(0, Data(Address(9), Address(1), new byte[50]), freqMhz: FreqMhz);
        AwaitStatuses(1);
        string[][] read = Read("wlan.fc.type_subtype", "radiotap.data_retries", "frame.time_epoch", "radiotap.mactime");
        Assert.That(read.Select(fields => $"{fields[0]} {fields[1]}"), Is.EqualTo(new[] { "0x0020 0", "0x0020 0", "0x0020 2" }));

        // A record's time is the end of the ACK: from the first bit to it there are 48 symbols and 3, and SIFS and ACK.
        decimal[] endsUs = [.. read.Select(fields => decimal.Parse(fields[2], CultureInfo.InvariantCulture) * 1_000_000)];
        long[] firstBitsUs = [.. read.Select(fields => long.Parse(fields[3], CultureInfo.InvariantCulture))];
        Assert.That(firstBitsUs[1] - firstBitsUs[0] - (endsUs[1] - endsUs[0]), Is.EqualTo((48 - 3) * 4m).Within(1m));
    }

    [Test]
    public void WhereFramesTakeNoTimeEachIsThereOnce()
    {
        Change(new SetTiming(Timing.Instant));
        Start(controlFrames: true);
        Send(_vms[0], [Data(Address(2), Address(1), new byte[50])]);
        string[][] read = Read("wlan.fc.type_subtype", "radiotap.mactime");
        Assert.That(read, Has.Length.EqualTo(1));
        Assert.That(read[0][0], Is.EqualTo("0x0020"));
        Assert.That(long.Parse(read[0][1], CultureInfo.InvariantCulture), Is.InRange(0, 600_000_000), "since the medium began");
    }

    [Test]
    public void OnTheEnginesThreadTheyAllocateNothing()
    {
        Agree();
        Start(controlFrames: true);
        Assert.That(Enumerable.Range(0, 10).Select(_ => AllocatedForSome()).Min(), Is.Zero, "once each PPDU has room for its MPDUs");

        long AllocatedForSome()
        {
            long before = _daemon.Daemon.Engine.Counters.AllocatedBytes;
            for (int i = 0; i < 20; i++)
            {
                Send(_vms[0], [.. Enumerable.Range(20 * i, 20).Select(Numbered)]);
                Send(_vms[0], [Data(Address(2), Address(1), new byte[500])], TxRateFlags.UseRtsCts);
            }
            _daemon.AssertEngineAnswers();
            return _daemon.Daemon.Engine.Counters.AllocatedBytes - before;
        }
    }

    /// <summary>tshark writes 1, and later versions True.</summary>
    private static bool IsTrue(string text) => text is "1" or "True";

    private string File => Path.Combine(_folder, "medium.pcapng");

    private void Change(MediumChange change) => _daemon.Daemon.Engine.ApplyAsync(change).Wait(Deadline.Limit);

    private void Start(bool controlFrames)
    {
        _capture = new CaptureTap(new CaptureConfiguration(File) { Selection = new CaptureSelection { ControlFrames = controlFrames } }, Assert.Fail);
        _daemon.Daemon.Engine.AddTap(_capture.Tap);
        _capture.Start();
    }

    private void Send(SimulatedGuest from, byte[][] frames, TxRateFlags protection = TxRateFlags.None)
    {
        from.SendFrames(0, frames, s_ht, FreqMhz, protection: protection);
        AwaitStatuses(frames.Length);
        _ = _vms[1].Drain();
    }

    private void AwaitStatuses(int count)
    {
        while (count != 0)
            count -= _vms[0].Receive().Descriptor.Kind == RingKind.TxStatus ? 1 : 0;
    }

    /// <summary>QoS data of an agreement.</summary>
    private static byte[] Numbered(int sequence)
    {
        byte[] frame = Data(Address(2), Address(1), [Tid, 0, .. new byte[604]]);
        frame[0] = 0x88;
        (frame[22], frame[23]) = ((byte)(sequence << 4), (byte)(sequence >> 4));
        return frame;
    }

    private void Agree()
    {
        Action(_vms[0], 2, 1, 3, 0, 7, (Tid << 2) | 3, 0x10, 0, 0, 0, 0);
        Action(_vms[1], 1, 2, 3, 1, 7, 0, 0, (Tid << 2) | 3, 0x10, 0, 0);

        static void Action(SimulatedGuest from, int to, int transmitter, params byte[] body)
        {
            byte[] frame = Data(Address(to), Address(transmitter), body);
            frame[0] = 0xd0;
            from.SendFrame(0, frame, freqMhz: FreqMhz);
            while (from.Receive().Descriptor.Kind != RingKind.TxStatus)
            {
            }
        }
    }

    /// <summary>The fields of each record, once all that was sent is in the file; none of them is malformed to tshark.</summary>
    private string[][] Read(params ReadOnlySpan<string> fields)
    {
        _daemon.AssertEngineAnswers();
        _daemon.AssertEngineAnswers(); // after a round
        Deadline.Until(() => _capture.Describe() is var said && said.Frames == _capture.Tap.Offered && said.Lost == 0, "all are written");
        string complaints = string.Join('\n', Wireshark.Fields(File, "_ws.expert.message", "_ws.malformed"));
        Assert.That(complaints.Replace("Retransmission (retry)", "").Trim(), Is.Empty, "that it says of each Retry bit");
        return [.. Wireshark.Fields(File, fields).Select(line => line.Split('\t'))];
    }
}
