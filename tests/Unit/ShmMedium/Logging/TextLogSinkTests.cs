using System.Text.RegularExpressions;
using CsCheck;
using Microsoft.Extensions.Logging;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Logging;

public sealed partial class TextLogSinkTests
{
    private static string Line(FrameRecord frame, VmColors? colors = null)
    {
        var text = new StringWriter();
        using var sink = new TextLogSink("text", text, wantsFrames: true, colors);
        sink.Write(in frame);
        sink.Flush();
        return text.ToString();
    }

    /// <summary>Without the time, which is local.</summary>
    private static string Told(FrameRecord frame) => TimeOfDay().Replace(Line(frame), "").TrimEnd('\n');

    [Test]
    public void AFrameIsALineOfTimeVmTypeAddressesSsidLengthAndChannel() =>
        Assert.That(Told(FrameRecords.Of(Frames.Beacon("Grüße"))), Is.EqualTo(
            "ap/phy0     Management Beacon              02:00:00:00:01:00 > ff:ff:ff:ff:ff:ff  SSID \"Grüße\"  54 B  channel 6"));

    [Test]
    public void EachKindOfFrameIsNamed() => Assert.Multiple(() =>
    {
        Assert.That(Told(FrameRecords.Of(Frames.Ack())), Is.EqualTo("ap/phy0     Control    Ack                 02:00:00:00:02:00  10 B  channel 6"));
        Assert.That(Told(FrameRecords.Of(Frames.QosData(), freqMhz: 5180)), Is.EqualTo(
            "ap/phy0     Data       QoS Data            02:00:00:00:02:00 > 02:00:00:00:01:00  34 B  channel 36"));
        Assert.That(Told(FrameRecords.Of(Frames.QosData(flags: 0x09), isAcked: false)), Does.EndWith("channel 6  retry  not acknowledged"));
        Assert.That(Told(FrameRecords.Of(Frames.QosData(), isAcked: false, hasNoRoom: true)),
            Does.EndWith("channel 6  not acknowledged: no room at the receiver"));
        Assert.That(Told(FrameRecords.Of(Frames.ProbeRequest(""))),
            Does.Contain("Probe Request").And.Contain("SSID \"\"").And.Contain("BSS 02:00:00:00:01:00"));
        Assert.That(Told(FrameRecords.Of(Frames.Beacon(), isAcked: false)), Does.Not.Contain("acknowledged"), "nobody acknowledges a broadcast");
        Assert.That(Told(FrameRecords.Of([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], freqMhz: 7)), Is.EqualTo("ap/phy0     no 802.11 frame  10 B  7 MHz"));
    });

    [TestCase(0x008a, true, 1)]
    [TestCase(0x010a, true, 2)]
    [TestCase(0x13ca, true, 3)]
    [TestCase(0x030a, false, 4)]
    public void TheFourWayHandshakeIsNumbered(int keyInformation, bool nonce, int message) =>
        Assert.That(Told(FrameRecords.Of(Frames.EapolKey((ushort)keyInformation, nonce))), Does.Contain($"QoS Data, EAPOL {message}/4 "));

    [Test]
    public void AnSsidCannotSteerTheTerminal() => Assert.That(
        Told(FrameRecords.Of(Frames.Beacon("a\e[2Jb\n\"\\\u009b\u202e"))), Does.Contain(
            "SSID \"a\\x1b[2Jb\\x0a\\x22\\x5c\\xc2\\x9b\\xe2\\x80\\xae\"  "));

    [Test]
    public void AnyFrameIsOnePrintableLine() => Gen.Byte.Array.Sample(octets =>
    {
        foreach (byte[] frame in new[] { octets, [.. Frames.Beacon()[..36], .. octets] })
        {
            string line = Line(FrameRecords.Of(frame));
            Assert.That(line, Has.Length.LessThan(400));
            Assert.That(line[..^1].Any(char.IsControl), Is.False);
            Assert.That(line[^1], Is.EqualTo('\n'));
        }
    }, iter: 2000);

    [Test]
    public void AVmHasAColourAndWithoutColoursThereIsNoEscape()
    {
        var colors = new VmColors();
        var frame = FrameRecords.Of(Frames.Beacon());
        Assert.That(Line(frame, colors), Does.Contain($"\e[38;5;{colors.Of("ap")}map/phy0"));
        Assert.That(Line(frame), Does.Not.Contain("\e"));
    }

    [Test]
    public void AnEventIsALine()
    {
        var text = new StringWriter();
        using var sink = new TextLogSink("text", text, hasDate: true);
        sink.Write(new LogEvent(new DateTimeOffset(2026, 11, 22, 1, 2, 3, TimeSpan.Zero), LogLevel.Warning, new EventId(103, "vm-faulted"), "ap",
            "broke"));
        Assert.That(text.ToString(), Is.EqualTo("2026-11-22 01:02:03.000 warning: ap: broke\n"));
    }

    [Test]
    public void VmsHaveColoursOfTheirOwnThatStayFromRunToRun()
    {
        string[] vms = [.. Enumerable.Range(1, 12).Select(i => $"vm{i}")];
        var colors = new VmColors();
        byte[] first = [.. vms.Select(colors.Of)];
        var again = new VmColors();
        Assert.That(first, Is.Unique);
        Assert.That(vms.Select(again.Of), Is.EqualTo(first));
        Assert.That(vms.Select(colors.Of), Is.EqualTo(first));
        Assert.That(() => colors.Of("one more than there are colours"), Throws.Nothing);
    }

    [GeneratedRegex(@"^\d\d:\d\d:\d\d\.\d{6} ")]
    private static partial Regex TimeOfDay();
}
