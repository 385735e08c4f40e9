using System.Diagnostics;
using CsCheck;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Capture;

/// <summary>What Wireshark makes of our files.</summary>
public class CaptureFileTests
{
    private const long Time = 1_700_000_000_123_456_789;

    private string _path = "";

    [SetUp]
    public void SetUp() => _path = Path.GetTempFileName();

    [TearDown]
    public void TearDown() => File.Delete(_path);

    [Test]
    public void TsharkReadsBackWhatWasWrittenAndWarnsOfNothing()
    {
        Write(writer =>
        {
            int ap = writer.AddInterface("ap/wlan0", Frames.Ap);
            Frame(writer, ap, Time, FrameDirection.Outbound, 2437, TxRateTests.Rate(0).Phy, 20, Frames.Beacon("Grüße"));
            Frame(writer, ap, Time + 1, FrameDirection.Inbound, 2437, TxRateTests.Rate(2, TxRateFlags.UseShortPreamble).Phy, -50,
                Frames.ProbeRequest("x"));
            int station = writer.AddInterface("sta1/wlan0", Frames.Station);
            Frame(writer, station, Time + 2, FrameDirection.Outbound, 2437,
                TxRateTests.Rate(12, TxRateFlags.Mcs | TxRateFlags.ShortGi | TxRateFlags.Width40Mhz).Phy, -51, Frames.QosData(0x88b5));
            Frame(writer, station, Time + 3, FrameDirection.Inbound, 5180,
                TxRateTests.Rate(0x19, TxRateFlags.VhtMcs | TxRateFlags.Width80Mhz, Band.Ghz5).Phy, -52, Frames.QosData(0x88b5));
            Frame(writer, ap, Time + 4, FrameDirection.Inbound, 5955, TxRateTests.Rate(7, band: Band.Ghz6).Phy, -53, Frames.Ack());
        });

        Assert.That(
            Wireshark.Fields(
                _path, "frame.interface_name", "frame.interface_description", "frame.time_epoch", "frame.packet_flags_direction",
                "radiotap.channel.freq",
                "radiotap.dbm_antsignal", "wlan_radio.data_rate", "radiotap.mcs.index", "radiotap.vht.mcs.0", "radiotap.vht.nss.0",
                "wlan.fc.type_subtype"),
            Is.EqualTo(new[]
            {
                "ap/wlan0\t02:00:00:00:01:00\t1700000000.123456789\t0x00000002\t2437\t20\t1\t\t\t\t0x0008",
                "ap/wlan0\t02:00:00:00:01:00\t1700000000.123456790\t0x00000001\t2437\t-50\t5.5\t\t\t\t0x0004",
                "sta1/wlan0\t02:00:00:00:02:00\t1700000000.123456791\t0x00000002\t2437\t-51\t180\t12\t\t\t0x0028",
                "sta1/wlan0\t02:00:00:00:02:00\t1700000000.123456792\t0x00000001\t5180\t-52\t780\t\t9\t2\t0x0028",
                "ap/wlan0\t02:00:00:00:01:00\t1700000000.123456793\t0x00000001\t5955\t-53\t54\t\t\t\t0x001d",
            }));
        Assert.That(string.Join('\n', Wireshark.Fields(_path, "_ws.expert.message", "_ws.malformed")).Trim(), Is.Empty);
    }

    [Test]
    public void TsharkReadsHeAndTheCommentThatItIsInferred()
    {
        Write(writer =>
        {
            int ap = writer.AddInterface("ap/wlan0", Frames.Ap);
            Frame(writer, ap, Time, FrameDirection.Outbound, 5180, PhyRate.He(11, 2, 80, GuardInterval.Ns1600), -50, Frames.QosData(0x88b5), "why"u8);
            Frame(writer, ap, Time, FrameDirection.Outbound, 5955, PhyRate.He(0, 8, 160, GuardInterval.Ns3200), -50, Frames.QosData(0x88b5));
        });

        Assert.That(
            Wireshark.Fields(_path, "radiotap.he.data_1.ppdu_format", "radiotap.he.data_3.data_mcs", "radiotap.he.data_6.nsts",
                "radiotap.he.data_5.data_bw_ru_allocation", "radiotap.he.data_5.gi", "wlan_radio.phy", "frame.comment", "wlan.fc.type_subtype"),
            Is.EqualTo(new[] { "0x0000\t0x000b\t0x0002\t0x0002\t0x0001\t11\twhy\t0x0028", "0x0000\t0x0000\t0x0008\t0x0003\t0x0002\t11\t\t0x0028" }));
        Assert.That(string.Join('\n', Wireshark.Fields(_path, "_ws.expert.message", "_ws.malformed")).Trim(), Is.EqualTo("why"));
    }

    /// <summary>Wireshark reads U-SIG and EHT from 4.2 on; 4.0 takes them for unknown fields, and finds the rest all the same.</summary>
    [Test]
    public void TsharkFindsWhatIsAroundTheFieldsOfEht()
    {
        Write(writer =>
        {
            int ap = writer.AddInterface("ap/wlan0", Frames.Ap);
            Frame(writer, ap, Time, FrameDirection.Outbound, 5955, PhyRate.Eht(13, 2, 320), -50, Frames.QosData(0x88b5, payload: new byte[100]));
        });

        Assert.That(Wireshark.Fields(_path, "radiotap.length", "radiotap.present.tlv", "radiotap.dbm_antsignal", "wlan.fc.type_subtype"),
            Is.EqualTo(new[] { "84\t1\t-50\t0x0028" }).Or.EqualTo(new[] { "84\tTrue\t-50\t0x0028" }));
    }

    [Test]
    public void TsharkFindsTheFourWayHandshakeThatFrameViewFinds()
    {
        byte[][] messages =
        [
            Frames.EapolKey(0x008a, nonce: true), Frames.EapolKey(0x010a, nonce: true), Frames.EapolKey(0x13ca, nonce: true),
            Frames.EapolKey(0x030a, nonce: false),
        ];
        Write(writer =>
        {
            int ap = writer.AddInterface("ap/wlan0", Frames.Ap);
            foreach (byte[] message in messages) Frame(writer, ap, Time, FrameDirection.Inbound, 2412, TxRateTests.Rate(4).Phy, -50, message);
        });

        Assert.That(Wireshark.Fields(_path, "wlan_rsna_eapol.keydes.msgnr"), Is.EqualTo(new[] { "1", "2", "3", "4" }));
        Assert.That(messages.Select(message => FrameView.TryParse(message, out var view) ? view.FourWayMessage : null),
            Is.EqualTo(new[] { 1, 2, 3, 4 }));
    }

    [Test]
    public void TsharkReadsEverySubtypeAsFrameControlDoes()
    {
        const int ControlFrameExtension = 0x16; // shown with four bits more
        byte[][] frames = Enumerable.Range(0, 48).Where(i => i != ControlFrameExtension)
            .Select(i => (byte[])[(byte)(((i & 0xf) << 4) | (i >> 4 << 2)), .. Frames.QosData()[1..]]).ToArray();
        Write(writer =>
        {
            int ap = writer.AddInterface("ap/wlan0", Frames.Ap);
            foreach (byte[] frame in frames) Frame(writer, ap, Time, FrameDirection.Inbound, 2412, null, -50, frame);
        });

        Assert.That(
            Wireshark.Fields(_path, "wlan.fc.type_subtype").Select(types => types.Split(',')[0]), // a control wrapper's, then the carried frame's
            Is.EqualTo(frames.Select(frame => FrameView.TryParse(frame, out var view) ? $"0x{(int)view.FrameControl.Subtype:x4}" : "")));
    }

    [Test]
    public void AnyFrameBytesMakeAFileThatIsReadFully() => Gen.Byte.Array.Array.Sample(
        frames =>
        {
            Write(writer =>
            {
                int ap = writer.AddInterface("ap/wlan0", Frames.Ap);
                foreach (byte[] frame in frames) Frame(writer, ap, Time, FrameDirection.Inbound, 2412, TxRateTests.Rate(4).Phy, -50, frame);
            });

            Assert.That(Wireshark.Fields(_path, "frame.cap_len"), Is.EqualTo(frames.Select(frame => $"{19 + frame.Length}")));
            Assert.That(Wireshark.Run("capinfos", ["-c", "-M", _path]), Does.Contain($"Number of packets:   {frames.Length}\n"));
        },
        iter: 5,
        threads: 1);

    [Test]
    public async Task AReaderOfAPipeSeesAFrameOnceItIsFlushed()
    {
        using var tshark = Process.Start(
            new ProcessStartInfo("tshark", ["-l", "-i", "-", "-T", "fields", "-e", "frame.interface_name", "-e", "wlan.fc.type_subtype"])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        tshark.ErrorDataReceived += (_, _) => { };
        tshark.BeginErrorReadLine();
        var writer = new PcapngWriter(tshark.StandardInput.BaseStream, "ShmWifi.Tests");

        for (int i = 0; i < 3; i++)
        {
            Frame(writer, writer.AddInterface($"vm{i}/wlan0", Frames.Ap), Time, FrameDirection.Outbound, 2412, TxRateTests.Rate(0).Phy, 20,
                Frames.Beacon());
            writer.Flush();
            Assert.That(await tshark.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)), Is.EqualTo($"vm{i}/wlan0\t0x0008"));
        }

        tshark.StandardInput.Close();
        await tshark.WaitForExitAsync();
    }

    private static void Frame(
        PcapngWriter writer, int number, long time, FrameDirection direction, int frequencyMhz, PhyRate? rate, sbyte signalDbm, byte[] frame,
        ReadOnlySpan<byte> comment = default)
    {
        Span<byte> radiotap = stackalloc byte[RadiotapHeader.MaxLength];
        int length = RadiotapHeader.Write(radiotap, new RadiotapFields((uint)frequencyMhz, rate, signalDbm));
        writer.WriteFrame(number, time, direction, radiotap[..length], frame, comment);
    }

    private void Write(Action<PcapngWriter> write)
    {
        using var stream = File.Create(_path);
        var writer = new PcapngWriter(stream, "ShmWifi.Tests");
        write(writer);
        writer.Flush();
    }
}
