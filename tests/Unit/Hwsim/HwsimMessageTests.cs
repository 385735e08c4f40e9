using System.Buffers.Binary;
using CsCheck;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Hwsim.Netlink;
using ShmWifi.Hwsim.Protocol;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class HwsimMessageTests
{
    [Test]
    public void ARecordedFrameIsReadInPlace()
    {
        var message = HwsimMessage.Read(RecordedMessages.Frame, RecordedMessages.Family);
        Assert.Multiple(() =>
        {
            Assert.That(message.Kind, Is.EqualTo(HwsimMessageKind.Frame));
            Assert.That(message.Transmitter, Is.EqualTo(MacAddress.Parse(RecordedMessages.Radio)));
            Assert.That(message.PayloadOffset, Is.EqualTo(RecordedMessages.FrameOffset));
            Assert.That(message.PayloadLength, Is.EqualTo(RecordedMessages.FrameLength));
            Assert.That(message.Flags, Is.EqualTo(2));
            Assert.That(message.FreqMhz, Is.EqualTo(2437));
            Assert.That(message.Cookie, Is.EqualTo(1));
            Assert.That(message.Chain, Is.EqualTo(RetryChain.Read([0, 1, 0xff, 0, 0xff, 0, 0xff, 0], [0, 0, 0, 0xff, 0, 0, 0xff, 0, 0, 0xff, 0, 0])));
        });
    }

    [Test]
    public void RecordedAddressesAreRead()
    {
        var added = HwsimMessage.Read(RecordedMessages.AddressAdd, RecordedMessages.Family);
        var gone = HwsimMessage.Read(RecordedMessages.AddressDel, RecordedMessages.Family);
        Assert.Multiple(() =>
        {
            Assert.That(added.Kind, Is.EqualTo(HwsimMessageKind.AddressAdd));
            Assert.That(added.Address, Is.EqualTo(MacAddress.Parse(RecordedMessages.Radio)));
            Assert.That(gone.Kind, Is.EqualTo(HwsimMessageKind.AddressDel));
            Assert.That(gone.Transmitter, Is.EqualTo(MacAddress.Parse(RecordedMessages.Radio)));
        });
    }

    [Test]
    public void ADatagramCutAnywhereIsMalformed([Values] bool isLengthAdjusted)
    {
        byte[] whole = RecordedMessages.Frame;
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            if (isLengthAdjusted && length >= NetlinkMessage.HeaderSize)
                BinaryPrimitives.WriteInt32LittleEndian(cut, length);
            Assert.That(HwsimMessage.Read(cut, RecordedMessages.Family).Kind, Is.EqualTo(HwsimMessageKind.Malformed), $"cut to {length} bytes");
        }
    }

    [Test]
    public void AFrameWithoutAnyOneOfItsAttributesIsMalformed()
    {
        byte[] whole = RecordedMessages.Frame;
        int[] optional = [HwsimAttribute.TxInfoFlags];
        for (int offset = NetlinkMessage.HeaderSize + GenericNetlink.HeaderSize; offset < whole.Length;)
        {
            byte[] other = [.. whole];
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(whole.AsSpan(offset + 2));
            BinaryPrimitives.WriteUInt16LittleEndian(other.AsSpan(offset + 2), 99);
            Assert.That(HwsimMessage.Read(other, RecordedMessages.Family).Kind,
                Is.EqualTo(optional.Contains(type) ? HwsimMessageKind.Frame : HwsimMessageKind.Malformed), $"without attribute {type}");
            offset += NetlinkWriter.Align(BinaryPrimitives.ReadUInt16LittleEndian(whole.AsSpan(offset)));
        }
    }

    [Test]
    public void NoBytesMakeItThrowOrPointOutside() => Gen.Byte.Array.Sample(AssertStaysInside, iter: 2000);

    [Test]
    public void ADamagedFrameNeverPointsOutside() => Gen.Int.Array.Sample(damage =>
    {
        byte[] bytes = RecordedMessages.Frame;
        foreach (int one in damage)
            bytes[(uint)one % bytes.Length] = (byte)(one >> 16);
        AssertStaysInside(bytes);
    }, iter: 2000);

    [Test]
    public void EveryWordMayBeEveryEdge([Values(0u, 1u, 3u, 4u, 0x7fu, 0xffffu, 0x7fffffffu, 0x80000000u, 0xfffffffcu, 0xffffffffu)] uint edge)
    {
        for (int offset = 0; offset + sizeof(uint) <= RecordedMessages.Frame.Length; offset++)
        {
            byte[] bytes = RecordedMessages.Frame;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), edge);
            AssertStaysInside(bytes);
        }
    }

    [TestCase(-22, HwsimMessageKind.Refusal)]
    [TestCase(0, HwsimMessageKind.Other)]
    [TestCase(7, HwsimMessageKind.Other)]
    public void AnErrorIsARefusalWhenItIsNegative(int error, object kind)
    {
        byte[] bytes = new byte[36];
        var writer = new NetlinkWriter(bytes);
        writer.Begin(36, NetlinkMessage.Error, 0, sequence: 0x10001);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(NetlinkMessage.HeaderSize), error);
        var message = HwsimMessage.Read(bytes, RecordedMessages.Family);
        Assert.That((message.Kind, message.Sequence), Is.EqualTo(((HwsimMessageKind)kind, 0x10001u)));
    }

    [Test]
    public void AMessageOfAnotherFamilyIsNoConcernOfOurs() =>
        Assert.That(HwsimMessage.Read(RecordedMessages.Frame, RecordedMessages.Family + 1).Kind, Is.EqualTo(HwsimMessageKind.Other));

    private static void AssertStaysInside(byte[] bytes)
    {
        var message = HwsimMessage.Read(bytes, RecordedMessages.Family);
        if (message.Kind != HwsimMessageKind.Frame)
            return;
        if (message.PayloadOffset < 0 || message.PayloadLength < 0 || message.PayloadOffset + message.PayloadLength > bytes.Length)
            Assert.Fail($"a frame at {message.PayloadOffset}, {message.PayloadLength} bytes, of a datagram of {bytes.Length}");
    }
}
