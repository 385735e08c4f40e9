using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Logging;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Logging;

public sealed class JsonLogSinkTests
{
    private static string[] Lines(Action<JsonLogSink> write)
    {
        var stream = new MemoryStream();
        using (var sink = new JsonLogSink("json", stream, wantsFrames: true))
        {
            write(sink);
            sink.Flush();
        }
        string text = Encoding.UTF8.GetString(stream.ToArray());
        Assert.That(text, Does.EndWith("\n"));
        return text[..^1].Split('\n');
    }

    [Test]
    public void AFrameThatNobodyReceivedHasNoSignal()
    {
        string[] lines = Lines(sink =>
        {
            sink.Write(FrameRecords.Of(Frames.QosData(), isAcked: false, signalDbm: null));
            sink.Write(FrameRecords.Of(Frames.QosData(), isAcked: false, hasNoRoom: true));
        });
        Assert.That(lines[0], Does.Not.Contain("signalDbm").And.Not.Contain("noRoom").And.Contain("\"acked\":false"));
        Assert.That(lines[1], Does.Contain("\"signalDbm\":-30").And.Contain("\"acked\":false,\"noRoom\":true"));
    }

    [Test]
    public void AFrameIsAnObjectOfTheDocumentedFields()
    {
        string[] lines = Lines(sink =>
        {
            sink.Write(FrameRecords.Of(Frames.Beacon("Grüße\n")));
            sink.Write(FrameRecords.Of(Frames.EapolKey(0x010a, nonce: true), isAcked: false));
            sink.Write(FrameRecords.Of([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], freqMhz: 7));
        });
        Assert.That(lines, Is.EqualTo(new[]
        {
            """{"time":"2026-11-22T00:00:00.000001Z","event":"frame","vm":"ap","radio":"phy0","bytes":55,"freqMhz":2437,"channel":6,"signalDbm":-30,"type":"management","subtype":"Beacon","receiver":"ff:ff:ff:ff:ff:ff","transmitter":"02:00:00:00:01:00","bssid":"02:00:00:00:01:00","ssid":"Gr\u00FC\u00DFe\n"}""",
            """{"time":"2026-11-22T00:00:00.000001Z","event":"frame","vm":"ap","radio":"phy0","bytes":155,"freqMhz":2437,"channel":6,"signalDbm":-30,"type":"data","subtype":"QoS Data","receiver":"02:00:00:00:01:00","transmitter":"02:00:00:00:02:00","bssid":"02:00:00:00:01:00","eapol":true,"fourWayMessage":2,"acked":false}""",
            """{"time":"2026-11-22T00:00:00.000001Z","event":"frame","vm":"ap","radio":"phy0","bytes":10,"freqMhz":7,"signalDbm":-30}""",
        }));
    }

    [Test]
    public void AnSsidThatIsNoTextIsHex()
    {
        byte[] beacon = Frames.Beacon("xy");
        beacon[38] = 0xff;
        using var said = JsonDocument.Parse(Lines(sink => sink.Write(FrameRecords.Of(beacon)))[0]);
        Assert.That(said.RootElement.GetProperty("ssidHex").GetString(), Is.EqualTo("ff79"));
        Assert.That(said.RootElement.TryGetProperty("ssid", out _), Is.False);
    }

    [Test]
    public void AnyFrameIsOneObject() => Gen.Byte.Array.Sample(
        octets =>
        {
            string[] lines = Lines(sink => sink.Write(FrameRecords.Of([.. Frames.Beacon()[..36], .. octets])));
            Assert.That(lines, Has.Length.EqualTo(1));
            using var said = JsonDocument.Parse(lines[0]);
            Assert.That(said.RootElement.GetProperty("bytes").GetInt32(), Is.EqualTo(36 + octets.Length));
        },
        iter: 500);

    [Test]
    public void AnEventIsAnObject() =>
        Assert.That(
            Lines(sink =>
                sink.Write(new LogEvent(new DateTimeOffset(2026, 11, 22, 3, 2, 1, TimeSpan.FromHours(2)), LogLevel.Information,
                new EventId(101, "vm-attached"), "ap", "attached"))),
            Is.EqualTo(new[] { """{"time":"2026-11-22T01:02:01Z","event":"vm-attached","id":101,"level":"info","vm":"ap","message":"attached"}""" }));
}
