using System.Buffers.Binary;
using CsCheck;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class TxPathTests
{
    private const int FlagsOffset = 0x9c;
    private const int CookieOffset = 0xc8;

    [Test]
    public void AFrameLiesInItsSlotAsTheKernelWroteIt()
    {
        using var harness = new InjectorHarness().WithRadio();
        harness.KernelSends(RecordedMessages.Frame);
        Assert.That(harness.Tx.Pump(isHostThere: true), Is.True);
        harness.Slots.Publish();
        var slot = harness.TakeAll().Single();
        Assert.Multiple(() =>
        {
            Assert.That(slot.Kind, Is.EqualTo(RingKind.Frame));
            Assert.That(slot.Radio, Is.Zero);
            Assert.That(slot.FreqMhz, Is.EqualTo(2437));
            Assert.That(slot.Cookie, Is.EqualTo(1));
            Assert.That((TxFlags)slot.Flags, Is.EqualTo(TxFlags.NoAck));
            Assert.That(slot.Rates, Is.EqualTo(0x00ff_00ff_00ff_0100));
            Assert.That(slot.Payload,
                Is.EqualTo(RecordedMessages.Frame[RecordedMessages.FrameOffset..(RecordedMessages.FrameOffset + RecordedMessages.FrameLength)]));
        });
    }

    [Test]
    public void WhoExpectsNoAcknowledgementGetsItsStatusAtOnce()
    {
        using var harness = new InjectorHarness().WithRadio();
        harness.KernelSends(RecordedMessages.Frame); // broadcast
        harness.KernelSends(Unicast(flags: TxFlags.NoAck, cookie: 2));
        harness.KernelSends(Unicast(flags: TxFlags.RequestStatus, cookie: 3));
        harness.Tx.Pump(isHostThere: true);
        harness.Slots.Publish();
        harness.Rx.Drain();
        var statuses = harness.KernelReceives();
        Assert.That(harness.TakeAll(), Has.Count.EqualTo(3));
        Assert.That(statuses.Select(status => (status.Command, Cookie(status.Attributes), Flags(status.Attributes))), Is.EqualTo(new[]
        {
            ((byte)HwsimCommand.TxInfoFrame, 1ul, TxFlags.NoAck),
            ((byte)HwsimCommand.TxInfoFrame, 2ul, TxFlags.NoAck),
        }), "the third waits for the host");
    }

    [Test]
    public void TheHostsVerdictReachesTheKernel()
    {
        using var harness = new InjectorHarness().WithRadio();
        harness.KernelSends(Unicast(flags: TxFlags.RequestStatus, cookie: 3)); // at rate 0 only
        harness.Tx.Pump(isHostThere: true);
        harness.HostPosts(new RxDescriptor
        {
            Kind = RingKind.TxStatus,
            Cookie = 3,
            Flags = TxFlags.RequestStatus | TxFlags.Acked,
            Rates = 0x00ff_00ff_0105_0300,
            SignalDbm = -30
        });
        harness.Rx.Drain();
        var (command, attributes) = harness.KernelReceives().Single();
        Assert.Multiple(() =>
        {
            Assert.That((HwsimCommand)command, Is.EqualTo(HwsimCommand.TxInfoFrame));
            Assert.That(Cookie(attributes), Is.EqualTo(3));
            Assert.That(Flags(attributes), Is.EqualTo(TxFlags.RequestStatus | TxFlags.Acked));
            Assert.That(new MacAddress(attributes[HwsimAttribute.AddrTransmitter]), Is.EqualTo(MacAddress.Parse(RecordedMessages.Radio)));
            Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(attributes[HwsimAttribute.TxInfo]), Is.EqualTo(0x00ff_00ff_00ff_0300),
                "and no rate that is not the frame's");
            Assert.That(BinaryPrimitives.ReadInt32LittleEndian(attributes[HwsimAttribute.Signal]), Is.EqualTo(-30));
        });
    }

    [Test]
    public void WhatIsNoFrameCostsNoSlotAtTheEndOfABatch()
    {
        using var harness = new InjectorHarness().WithRadio();
        harness.KernelSends([1, 2, 3]);
        harness.KernelSends(RecordedMessages.Frame);
        harness.KernelSends(RecordedMessages.AddressAdd);
        harness.Tx.Pump(isHostThere: true);
        Assert.That(harness.Slots.Pending, Is.EqualTo(2));
        harness.Slots.Publish();
        Assert.That(harness.TakeAll().Select(slot => slot.Kind), Is.EqualTo(new[] { RingKind.None, RingKind.Frame }));
        Assert.That(harness.Tx.Malformed, Is.EqualTo(1));
    }

    [Test]
    public void AFullRingLeavesFramesInTheSocketAndLosesNone()
    {
        using var harness = new InjectorHarness().WithRadio();
        const int Frames = 40;
        var cookies = new List<ulong>();
        for (int i = 0; i < Frames; i++)
            harness.KernelSends(Unicast(TxFlags.RequestStatus, cookie: (ulong)i));
        for (int round = 0; cookies.Count < Frames; round++)
        {
            Assert.That(round, Is.LessThan(10));
            while (harness.Tx.Pump(isHostThere: true))
                harness.Slots.Publish();
            if (round == 0)
                Assert.That(harness.Tx.IsBlocked, Is.True);
            cookies.AddRange(harness.TakeAll().Select(slot => slot.Cookie));
        }
        Assert.That(cookies, Is.EqualTo(Enumerable.Range(0, Frames).Select(i => (ulong)i)));
        Assert.That(harness.Port.ReadCounter(GuestCounter.TxDropped), Is.Zero);
    }

    [Test]
    public void WithoutAHostNobodyAcknowledges()
    {
        using var harness = new InjectorHarness().WithRadio();
        harness.KernelSends(Unicast(TxFlags.RequestStatus, cookie: 8));
        Assert.That(harness.Tx.Pump(isHostThere: false), Is.True);
        harness.Rx.Drain();
        Assert.Multiple(() =>
        {
            Assert.That(harness.Slots.Pending, Is.Zero);
            Assert.That(harness.KernelReceives().Select(status => (Cookie(status.Attributes), Flags(status.Attributes))),
                Is.EqualTo(new[] { (8ul, TxFlags.RequestStatus) }));
            Assert.That(harness.Port.ReadCounter(GuestCounter.TxDropped), Is.EqualTo(1));
        });
    }

    [Test]
    public void AFrameOfAnUnknownRadioAsksForANewLook()
    {
        using var harness = new InjectorHarness();
        harness.KernelSends(Unicast(TxFlags.RequestStatus, cookie: 8));
        harness.Tx.Pump(isHostThere: true);
        harness.Rx.Drain();
        Assert.That(harness.Tx.IsRadioUnknown, Is.True);
        Assert.That(harness.KernelReceives(), Has.Count.EqualTo(1), "its status: nobody received it");
    }

    [Test]
    public void NoDatagramsBreakTheRing() => Gen.Byte.Array.Array.Sample(datagrams =>
    {
        using var harness = new InjectorHarness().WithRadio();
        foreach (byte[] datagram in datagrams.Take((int)InjectorHarness.TxLength - 1))
            harness.KernelSends(datagram);
        harness.KernelSends(RecordedMessages.Frame);
        while (harness.Tx.Pump(isHostThere: true))
            harness.Slots.Publish();
        if (harness.TakeAll().Count(slot => slot.Kind == RingKind.Frame) != 1)
            Assert.Fail("the sound frame is lost, or another appeared");
    }, iter: 200);

    /// <summary>hwsim's message of a frame to one receiver.</summary>
    internal static byte[] Unicast(TxFlags flags, ulong cookie)
    {
        byte[] message = RecordedMessages.Frame;
        message[RecordedMessages.FrameOffset + 4] = 0x02;
        message[FlagsOffset] = (byte)flags;
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(CookieOffset), cookie);
        return message;
    }

    internal static ulong Cookie(Dictionary<ushort, byte[]> attributes) => BinaryPrimitives.ReadUInt64LittleEndian(attributes[HwsimAttribute.Cookie]);

    internal static TxFlags Flags(Dictionary<ushort, byte[]> attributes) =>
        (TxFlags)BinaryPrimitives.ReadUInt32LittleEndian(attributes[HwsimAttribute.Flags]);
}
