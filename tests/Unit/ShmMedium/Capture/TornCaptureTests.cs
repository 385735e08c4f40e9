using CsCheck;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Capture;

/// <summary>Captures whose writer was killed within a write.</summary>
public class TornCaptureTests
{
    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.GetTempFileName();

    [TearDown]
    public void RemoveFile() => File.Delete(_path);

    [TestCase(true)]
    [TestCase(false)]
    public void WhereverItWasCutWholeRecordsStay(bool isPcapng)
    {
        List<long> ends = [];
        byte[] whole = Written(isPcapng, ends);
        for (int length = (int)ends[0]; length <= whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            long end = ends.Last(end => end <= length);
            Assert.That(TornCapture.Mend(_path), Is.EqualTo(length - end), $"of {length} bytes");
            Assert.That(new FileInfo(_path).Length, Is.EqualTo(end));
        }
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(whole));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void TsharkComplainsOfNothing(bool isPcapng)
    {
        List<long> ends = [];
        byte[] whole = Written(isPcapng, ends);
        File.WriteAllBytes(_path, whole[..^1]);
        Assert.That(TornCapture.Mend(_path), Is.Positive);
        Assert.That(Wireshark.Fields(_path, "frame.number"), Has.Length.EqualTo(ends.Count - 2));
    }

    [Test]
    public void WhatIsNoCaptureStaysAsItIs() => Gen.Byte.Array[0, 100].Sample(
        bytes =>
        {
            if (bytes.Length >= 4 && bytes[0] is 0x0a or 0xd4 or 0x4d)
                return;
            File.WriteAllBytes(_path, bytes);
            Assert.That(TornCapture.Mend(_path), Is.Zero);
            Assert.That(File.ReadAllBytes(_path), Is.EqualTo(bytes));
        },
        iter: 200,
        threads: 1);

    [Test]
    public void AFileThatIsWrittenToStaysAsItIs()
    {
        byte[] torn = Written(isPcapng: true, [])[..^1];
        using var writer = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        writer.Write(torn);
        Assert.That(() => TornCapture.Mend(_path), Throws.InstanceOf<IOException>());
        Assert.That(new FileInfo(_path).Length, Is.EqualTo(torn.Length));
    }

    /// <param name="ends">Gets where the file's header ends, and each frame's record.</param>
    private static byte[] Written(bool isPcapng, List<long> ends)
    {
        using var stream = new MemoryStream();
        CaptureWriter writer = isPcapng ? new PcapngWriter(stream, "t") : new PcapWriter(stream);
        int number = writer.AddInterface("ap/phy0", Frames.Ap);
        writer.Flush();
        ends.Add(stream.Length);
        Span<byte> radiotap = stackalloc byte[RadiotapHeader.MaxLength];
        int length = RadiotapHeader.Write(radiotap, new RadiotapFields(2412, null, -50));
        for (int i = 0; i < 3; i++)
        {
            writer.WriteFrame(number, i + 1, FrameDirection.Outbound, radiotap[..length], Frames.Beacon(new string('x', i)));
            writer.Flush();
            ends.Add(stream.Length);
        }
        return stream.ToArray();
    }
}
