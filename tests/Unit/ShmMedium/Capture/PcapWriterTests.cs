using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Capture;

/// <summary>Classic pcap: its bytes, and what Wireshark makes of them.</summary>
public class PcapWriterTests
{
    private const long Time = 1_700_000_000_123_456_789;

    [Test]
    public void AFileHasItsHeaderAndARecordAFrame()
    {
        using var stream = new MemoryStream();
        var writer = new PcapWriter(stream);
        Assert.That(writer.AddInterface("ap/phy0", Frames.Ap), Is.Zero);
        writer.WriteFrame(0, Time, FrameDirection.Outbound, [0xaa, 0xbb], [1, 2, 3]);
        writer.WriteFrame(0, 0, FrameDirection.Inbound, [], [4]);
        Assert.That((writer.Length, writer.Written, writer.Frames, writer.WaitingFrames), Is.EqualTo((24 + 21 + 17, 0, 0, 2)));
        writer.Flush();

        Assert.That((writer.Length, writer.Written, writer.Frames, writer.WaitingFrames), Is.EqualTo((62, 62, 2, 0)));
        Assert.That(Convert.ToHexStringLower(stream.ToArray()), Is.EqualTo(
            "d4c3b2a1" + "02000400" + "00000000" + "00000000" + "ffff0000" + "7f000000"
            + "00f15365" + "40e20100" + "05000000" + "05000000" + "aabb010203" // 0x6553f100 s, 123456 µs
            + "00000000" + "00000000" + "01000000" + "01000000" + "04"));
    }

    [Test]
    public void WhatCannotBeWrittenIsRefused()
    {
        using var stream = new MemoryStream();
        var writer = new PcapWriter(stream);
        Assert.That(() => writer.WriteFrame(0, -1, FrameDirection.Inbound, [], [1]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => writer.WriteFrame(0, 0, FrameDirection.Inbound, [1], new byte[CaptureWriter.MaxFrameLength]),
            Throws.TypeOf<ArgumentOutOfRangeException>());
        writer.Flush();
        Assert.That(stream.Length, Is.EqualTo(24));
    }

    [Test]
    public void TsharkReadsBackWhatWasWrittenAndWarnsOfNothing()
    {
        string path = Path.GetTempFileName();
        try
        {
            using (var stream = File.Create(path))
            {
                var writer = new PcapWriter(stream);
                Span<byte> radiotap = stackalloc byte[RadiotapHeader.MaxLength];
                int length = RadiotapHeader.Write(radiotap, new RadiotapFields(2437, PhyRate.Legacy(10), -40));
                writer.WriteFrame(0, Time, FrameDirection.Outbound, radiotap[..length], Frames.Beacon("Grüße"));
                length = RadiotapHeader.Write(radiotap, new RadiotapFields(2437, PhyRate.Ht(12, 40), -51));
                writer.WriteFrame(0, Time + 1_000_000_000, FrameDirection.Inbound, radiotap[..length], Frames.QosData(0x88b5));
                writer.Flush();
            }

            Assert.That(
                Wireshark.Fields(
                    path, "frame.time_epoch", "radiotap.channel.freq", "radiotap.dbm_antsignal", "radiotap.mcs.index", "wlan.fc.type_subtype"),
                Is.EqualTo(new[] { "1700000000.123456000\t2437\t-40\t\t0x0008", "1700000001.123456000\t2437\t-51\t12\t0x0028" }));
            Assert.That(string.Join('\n', Wireshark.Fields(path, "_ws.expert.message", "_ws.malformed")).Trim(), Is.Empty);
            Assert.That(Wireshark.Run("capinfos", ["-t", "-E", path]),
                Does.Contain("Wireshark/tcpdump/... - pcap").And.Contain("IEEE 802.11 plus radiotap"));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
