using System.Buffers.Binary;
using ShmWifi.ShmMedium.Capture;
using ShmWifi.Tests.Unit.Dot11;

namespace ShmWifi.Tests.Unit.ShmMedium.Capture;

public class PcapngWriterTests
{
    [Test]
    public void AFileBeginsWithASectionHeader()
    {
        using var stream = new MemoryStream();
        new PcapngWriter(stream, "shm-medium 1").Flush();
        byte[] file = stream.ToArray();

        Assert.That(Convert.ToHexStringLower(file.AsSpan(0, 4)), Is.EqualTo("0a0d0d0a"));
        Assert.That(Convert.ToHexStringLower(file.AsSpan(8, 16)), Is.EqualTo("4d3c2b1a" + "01000000" + "ffffffffffffffff"));
        Assert.That(Convert.ToHexStringLower(file.AsSpan(file.Length - 24)),
            Is.EqualTo("04000c00" + "73686d2d6d656469756d2031" + "00000000" + Convert.ToHexStringLower(file.AsSpan(4, 4))));
        Assert.That(BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4)), Is.EqualTo(file.Length));
    }

    [Test]
    public void AnInterfaceHasItsNameAddressAndNanoseconds()
    {
        string block = Written(writer => Assert.That(writer.AddInterface("ap/0", Frames.Ap), Is.Zero), skip: 0);

        Assert.That(block, Is.EqualTo(
            "01000000" + "4c000000" + "7f000000" + "00000000"
            + "02000400" + "61702f30"
            + "03001100" + "30323a30303a30303a30303a30313a3030000000"
            + "06000600" + "0200000001000000"
            + "09000100" + "09000000"
            + "00000000" + "4c000000"));
    }

    [Test]
    public void AFrameHasItsTimeLengthPaddingAndDirection()
    {
        string block = Written(
            writer =>
            {
                writer.AddInterface("a", Frames.Ap);
                writer.Flush();
                writer.WriteFrame(0, 0x0123456789abcdef, FrameDirection.Outbound, [0xaa, 0xbb], [1, 2, 3]);
            },
            skip: 1);

        Assert.That(block, Is.EqualTo(
            "06000000" + "34000000" + "00000000" + "67452301" + "efcdab89" + "05000000" + "05000000"
            + "aabb010203000000" + "02000400" + "02000000" + "00000000" + "34000000"));
    }

    [Test]
    public void NothingIsWrittenBeforeAFlushOrAFullBuffer()
    {
        using var stream = new MemoryStream();
        var writer = new PcapngWriter(stream, "t");
        int number = writer.AddInterface("a", Frames.Ap);
        Assert.That(stream.Length, Is.Zero);

        byte[] frame = new byte[4096];
        for (int i = 0; i < 1000; i++) writer.WriteFrame(number, i, FrameDirection.Inbound, [], frame);
        Assert.That(stream.Length, Is.InRange(3_900_000, 4_200_000));

        writer.Flush();
        Assert.That(Blocks(stream.ToArray()), Has.Count.EqualTo(1002));
    }

    [Test]
    public void WhatCannotBeWrittenIsRefusedAndLeavesTheFileWhole()
    {
        using var stream = new MemoryStream();
        var writer = new PcapngWriter(stream, "t");
        Assert.That(() => writer.WriteFrame(0, 0, FrameDirection.Inbound, [], [1]), Throws.TypeOf<ArgumentOutOfRangeException>());
        writer.AddInterface("a", Frames.Ap);
        Assert.That(() => writer.WriteFrame(-1, 0, FrameDirection.Inbound, [], [1]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => writer.WriteFrame(0, -1, FrameDirection.Inbound, [], [1]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => writer.WriteFrame(0, 0, FrameDirection.Inbound, [1], new byte[PcapngWriter.MaxFrameLength]),
            Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => writer.AddInterface(new string('x', 70_000), Frames.Ap), Throws.TypeOf<ArgumentOutOfRangeException>());
        writer.WriteFrame(0, 0, FrameDirection.Inbound, [], new byte[PcapngWriter.MaxFrameLength]);
        writer.Flush();

        Assert.That(Blocks(stream.ToArray()), Has.Count.EqualTo(3));
    }

    [Test]
    public void AFullDiskIsAnIOException()
    {
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var writer = new PcapngWriter(full, "t");

        Assert.That(writer.Flush, Throws.InstanceOf<IOException>());
    }

    [Test]
    public void WritingAFrameAllocatesNothing()
    {
        _ = OfANewWriter(); // with what the runtime allocates at first calls
        Assert.That(OfANewWriter(), Is.Zero);

        static long OfANewWriter()
        {
            var writer = new PcapngWriter(Stream.Null, "t");
            int number = writer.AddInterface("a", Frames.Ap);
            byte[] frame = Frames.QosData();
            Write(writer, number, frame);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++) Write(writer, number, frame);
            writer.Flush();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        static void Write(PcapngWriter writer, int number, byte[] frame)
        {
            Span<byte> radiotap = stackalloc byte[RadiotapHeader.MaxLength];
            int length = RadiotapHeader.Write(radiotap, new RadiotapFields(2412, null, -50));
            writer.WriteFrame(number, 1, FrameDirection.Inbound, radiotap[..length], frame);
        }
    }

    /// <summary>The block after the section header and <paramref name="skip"/> others, as hexadecimal digits.</summary>
    private static string Written(Action<PcapngWriter> write, int skip)
    {
        using var stream = new MemoryStream();
        var writer = new PcapngWriter(stream, "t");
        write(writer);
        writer.Flush();
        return Convert.ToHexStringLower(Blocks(stream.ToArray())[1 + skip]);
    }

    internal static List<byte[]> Blocks(byte[] file)
    {
        var blocks = new List<byte[]>();
        for (int start = 0; start < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(start + 4));
            Assert.That(length % 4, Is.Zero);
            Assert.That(BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(start + length - 4)), Is.EqualTo(length));
            blocks.Add(file[start..(start + length)]);
            start += length;
        }

        return blocks;
    }
}
