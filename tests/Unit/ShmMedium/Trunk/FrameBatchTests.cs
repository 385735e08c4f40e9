using System.Buffers.Binary;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Trunk;

namespace ShmWifi.Tests.Unit.ShmMedium.Trunk;

/// <summary>Messages of one host to another: what was written is read, and nothing else is.</summary>
public sealed class FrameBatchTests
{
    [Test]
    public void FramesComeAsTheyWere()
    {
        byte[] message = Message(out byte[][] frames);
        Assert.That(TrunkHeader.TryRead(message, out var header), Is.True);
        Assert.That(header, Is.EqualTo(new TrunkHeader(TrunkMessageKind.Frames, 2, 7, 8, 9)));
        ReadOnlySpan<byte> rest = message.AsSpan(TrunkHeader.Size);
        Assert.That(FrameRecord.TryTake(ref rest, out var first), Is.True);
        Assert.That(first.Frame.ToArray(), Is.EqualTo(frames[0]));
        Assert.That((first.Sender, first.FreqMhz, first.CapturedNs, first.Receptions), Is.EqualTo((41u, 2412u, 1000ul, 2)));
        Assert.That(first.Reception(0), Is.EqualTo(new DecidedReception(3, -40, 4)));
        Assert.That(first.Reception(1), Is.EqualTo(new DecidedReception(int.MaxValue, -127, 11)));
        Assert.That(FrameRecord.TryTake(ref rest, out var second), Is.True);
        Assert.That(second.Frame.ToArray(), Is.EqualTo(frames[1]));
        Assert.That(second.Reception(0), Is.EqualTo(new DecidedReception(0, 20, 0)));
        Assert.That(rest.Length, Is.Zero);
    }

    [Test]
    public void AMessageThatIsCutAnywhereGivesWholeFramesOrNone()
    {
        byte[] message = Message(out byte[][] frames);
        for (int length = 0; length < message.Length; length++)
        {
            if (!TrunkHeader.TryRead(message.AsSpan(0, length), out _))
            {
                Assert.That(length, Is.LessThan(TrunkHeader.Size));
                continue;
            }
            ReadOnlySpan<byte> rest = message.AsSpan(TrunkHeader.Size, length - TrunkHeader.Size);
            int taken = 0;
            while (FrameRecord.TryTake(ref rest, out var record))
                Assert.That(record.Frame.ToArray(), Is.EqualTo(frames[taken++]));
            Assert.That(taken, Is.LessThan(frames.Length));
        }
    }

    [Test]
    public void WhatIsMadeUpIsReadWithinItsBoundsOrRefused()
    {
        var random = new Random(1);
        byte[] bytes = new byte[256];
        int taken = 0;
        for (int i = 0; i < 100_000; i++)
        {
            random.NextBytes(bytes);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)random.Next(0, 300)); // else nearly all are too long
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), (ushort)random.Next(0, 70));
            ReadOnlySpan<byte> rest = bytes.AsSpan(0, random.Next(bytes.Length + 1));
            int before = rest.Length;
            while (FrameRecord.TryTake(ref rest, out var record))
            {
                taken++;
                Assert.That(record.Frame.Length, Is.InRange(10, FrameRecord.MaxFrame));
                Assert.That(record.Receptions, Is.InRange(1, FrameRecord.MaxReceptions));
                _ = record.Reception(record.Receptions - 1);
                Assert.That(rest.Length, Is.LessThan(before));
                before = rest.Length;
            }
        }
        Assert.That(taken, Is.GreaterThan(1000), "some are right");
    }

    [TestCase(0xffff, 1)]
    [TestCase(9, 1)]
    [TestCase(FrameRecord.MaxFrame + 1, 1)]
    [TestCase(24, 0)]
    [TestCase(24, 65)]
    [TestCase(24, 0xffff)]
    public void LengthsBeyondTheirBoundsAreRefused(int length, int receptions)
    {
        byte[] bytes = new byte[FrameRecord.MaxSize * 2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), (ushort)receptions);
        ReadOnlySpan<byte> rest = bytes;
        Assert.That(FrameRecord.TryTake(ref rest, out _), Is.False);
    }

    [Test]
    public void AnotherVersionIsNotRead()
    {
        byte[] message = Message(out _);
        message[2]++;
        Assert.That(TrunkHeader.TryRead(message, out _), Is.False);
    }

    [Test]
    public void AFullBatchHasRoomForTheLongestFrame()
    {
        var batch = new FrameBatchWriter();
        while (!batch.IsFull)
            batch.Add(new byte[FrameRecord.MaxFrame], 1, 2412, 0, new DecidedReception(1, -40, 0));
        batch.Clear();
        for (int i = 0; !batch.IsFull; i++)
            batch.Add(new byte[24], 1, 2412, 0, new DecidedReception(i, -40, 0));
        for (int i = 1; i < FrameRecord.MaxReceptions; i++)
            Assert.That(batch.TryAddReception(new DecidedReception(i, -40, 0)), Is.True);
        Assert.That(batch.TryAddReception(new DecidedReception(0, -40, 0)), Is.False, "a duplicated frame has more receptions than a VM has radios");
        Assert.That(batch.Finish(1, 1, 1).Length, Is.GreaterThan(FrameBatchWriter.FullSize));
        batch.Clear();
        Assert.That(batch.TryAddReception(new DecidedReception(0, -40, 0)), Is.False, "there is no frame");
    }

    private static byte[] Message(out byte[][] frames)
    {
        frames = [MediumFrames.Data(MediumFrames.Address(1), MediumFrames.Address(2), 1, 2, 3), MediumFrames.Data(MediumFrames.Address(3), default)];
        var batch = new FrameBatchWriter();
        batch.Add(frames[0], sender: 41, 2412, capturedNs: 1000, new DecidedReception(3, -40, 4));
        Assert.That(batch.TryAddReception(new DecidedReception(int.MaxValue, -127, 11)), Is.True);
        batch.Add(frames[1], sender: 42, 5180, capturedNs: 0, new DecidedReception(0, 20, 0));
        return batch.Finish(session: 7, sequence: 8, sentNs: 9).ToArray();
    }
}
