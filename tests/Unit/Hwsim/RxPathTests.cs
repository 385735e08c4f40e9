using System.Buffers.Binary;
using CsCheck;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class RxPathTests
{
    private const ulong Refused = Abi.DoneRefused;

    [Test]
    public void FramesOfAllLengthsShareADatagramAndArriveWhole()
    {
        using var harness = new InjectorHarness().WithRadio();
        int[] lengths = [10, 16, 20, 24, 25, 26, 27, 28, 1500, 2304];
        for (int i = 0; i < lengths.Length; i++)
            harness.HostPosts(harness.FrameDescriptor((uint)i, lengths[i]));
        Assert.That(harness.Rx.Drain(), Is.True);
        var messages = harness.KernelReceives();
        Assert.That(messages, Has.Count.EqualTo(lengths.Length));
        for (int i = 0; i < lengths.Length; i++)
        {
            var (command, attributes) = messages[i];
            byte[] expected = [.. Enumerable.Range(0, lengths[i]).Select(octet => (byte)(octet + i)), .. new byte[Math.Max(0, 24 - lengths[i])]];
            Assert.Multiple(() =>
            {
                Assert.That((HwsimCommand)command, Is.EqualTo(HwsimCommand.Frame));
                Assert.That(attributes[HwsimAttribute.Frame], Is.EqualTo(expected), $"{lengths[i]} bytes");
                Assert.That(new MacAddress(attributes[HwsimAttribute.AddrReceiver]), Is.EqualTo(MacAddress.Parse(RecordedMessages.Radio)));
                Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(attributes[HwsimAttribute.Freq]), Is.EqualTo(2437));
                Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(attributes[HwsimAttribute.RxRate]), Is.EqualTo(3));
                Assert.That(BinaryPrimitives.ReadInt32LittleEndian(attributes[HwsimAttribute.Signal]), Is.EqualTo(-42));
            });
        }
        Assert.That(harness.Host.Rx.InUse, Is.EqualTo(10));
        harness.Rx.GiveBack();
        harness.Host.Rx.RefreshHead();
        Assert.That(harness.Host.Rx.InUse, Is.Zero, "all descriptors were given back");
        Assert.That(harness.Port.ReadCounter(GuestCounter.RxFrames), Is.EqualTo(10));
    }

    /// <summary>The guest is stopped after it has read all descriptors; when it goes on, the host has moved
    /// the frames to the pool, and their sender has written its slots again.</summary>
    [Test]
    public void FramesThatMoveWhileTheGuestStandsStillInASystemCallAreInjectedWhole()
    {
        const int Frames = 32;
        using var harness = new InjectorHarness().WithRadio();
        for (byte i = 0; i < Frames; i++)
            harness.HostPosts(harness.ReferenceTo(i));
        harness.Jam();
        var guest = Task.Factory.StartNew(() => harness.Rx.Drain(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Deadline.Until(() => harness.Port.Rx.Taken == Frames, "the guest has read all descriptors");
        Thread.Sleep(20); // and waits in sendmsg

        MoveAll(harness, Frames);
        harness.Unjam();

        Assert.That(guest.Wait(Deadline.Limit), Is.True);
        AssertWhole(harness, Frames);
    }

    /// <summary>It is stopped after it has read the descriptors and before it has read a frame.</summary>
    [Test]
    public void FramesThatMoveWhileTheGuestStandsStillBeforeItReadsThemAreInjectedWhole()
    {
        const int Frames = 32;
        using var harness = new InjectorHarness().WithRadio();
        for (byte i = 0; i < Frames; i++)
            harness.HostPosts(harness.ReferenceTo(i));
        Assert.That(harness.Port.Rx.CountReady(), Is.EqualTo(Frames));
        RxDescriptor[] read = [.. Enumerable.Range(0, Frames).Select(i => harness.Port.ReadDescriptor((uint)i))];

        MoveAll(harness, Frames);
        for (uint i = 0; i < Frames; i++)
            harness.Rx.Handle(read[i], i);
        harness.Batch.Send();

        AssertWhole(harness, Frames);
    }

    [Test]
    public void AFrameThatMovesToWhereTheHostMovesNoneIsInvalid()
    {
        using var harness = new InjectorHarness().WithRadio();
        harness.HostPosts(harness.ReferenceTo(1));
        var read = harness.Port.ReadDescriptor(0);
        unsafe
        {
            harness.Host.Descriptor(0)->Offset += 100;
        }
        harness.Rx.Handle(read, 0);
        Assert.That((harness.Batch.Count, harness.Port.ReadCounter(GuestCounter.RxInvalid)), Is.EqualTo((0, 1ul)));
    }

    private static void MoveAll(InjectorHarness harness, uint frames)
    {
        for (uint i = 0; i < frames; i++)
            harness.PlayedHost.Move(i, poolSlot: i, [.. Enumerable.Repeat((byte)0xee, InjectorHarness.ReferencedLength)]);
    }

    private static void AssertWhole(InjectorHarness harness, int frames)
    {
        var payloads = harness.KernelReceives().Select(message => message.Attributes[HwsimAttribute.Frame]).ToList();
        int torn = payloads.Where((payload, i) => payload.Any(octet => octet != i)).Count();
        Assert.That((payloads.Count, torn), Is.EqualTo((frames, 0)), "frames, and those of them that changed");
    }

    [Test]
    public void FramesAndStatusesMixAcrossSeveralDatagrams()
    {
        using var harness = new InjectorHarness().WithRadio();
        for (int i = 0; i < 60; i++)
        {
            harness.HostPosts(i % 3 == 0
                ? new RxDescriptor { Kind = RingKind.TxStatus, Cookie = (ulong)i, Flags = TxFlags.Acked }
                : harness.FrameDescriptor((uint)i % 16, 2304));
        }
        while (harness.Rx.Drain())
        {
        }
        var messages = harness.KernelReceives();
        Assert.That(messages.Select(message => message.Command == (byte)HwsimCommand.TxInfoFrame),
            Is.EqualTo(Enumerable.Range(0, 60).Select(i => i % 3 == 0)));
    }

    [Test]
    public void NonsenseIsCountedAndGivenBack()
    {
        using var harness = new InjectorHarness().WithRadio();
        var sound = harness.FrameDescriptor(0, 100);
        RxDescriptor tooShort = sound, tooLong = sound, outside = sound, wrapping = sound, noChannel = sound, noKind = sound, noRadio = sound;
        tooShort.Length = 9;
        tooLong.Length = 2305;
        outside.Offset = harness.Region.Size - 99;
        wrapping.Offset = ulong.MaxValue - 50;
        noChannel.FreqMhz = 0;
        noKind.Kind = (RingKind)77;
        noRadio.Radio = 5;
        foreach (var descriptor in new[] { tooShort, tooLong, outside, wrapping, noChannel, noKind, noRadio, sound })
            harness.HostPosts(descriptor);
        harness.Rx.Drain();
        harness.Rx.GiveBack();
        Assert.Multiple(() =>
        {
            Assert.That(harness.KernelReceives(), Has.Count.EqualTo(1));
            Assert.That(Enumerable.Range(0, 8).Select(index => harness.Host.InjectedNs((uint)index)),
                Is.EqualTo(new[] { Refused, Refused, Refused, Refused, Refused, 0UL, Refused, 0UL }), "the sixth is no frame");
            Assert.That(harness.Port.ReadCounter(GuestCounter.RxInvalid), Is.EqualTo(6));
            Assert.That(harness.Port.ReadCounter(GuestCounter.RxRefused), Is.EqualTo(1));
            Assert.That(harness.Port.Rx.Held, Is.Zero);
        });
    }

    [TestCase(0, true)]
    [TestCase(1, false)]
    public void AFrameToOneReceiverIsGivenBackWithHwsimsRefusal(byte groupBit, bool isAddressed)
    {
        using var harness = new InjectorHarness().WithRadio();
        var descriptor = harness.FrameDescriptor(0, 100);
        unsafe
        {
            harness.Host.PoolSlot(0)[FrameView.Addr1Offset] = groupBit;
        }
        for (int round = 0; round < 200; round++) // three times round the ring
        {
            uint index = harness.Port.Rx.Taken;
            harness.HostPosts(descriptor);
            harness.Rx.Drain();
            Assert.That(harness.KernelReceives(), Has.Count.EqualTo(1));
            Assert.That(harness.Port.Rx.Held, Is.EqualTo(isAddressed ? 1 : 0), "what it refused is not known yet");
            bool isRefused = round % 3 != 0;
            if (isRefused)
                harness.KernelRefuses();

            harness.Tx.IsReadable = true;
            harness.Tx.Pump(isHostThere: true);
            Assert.That(harness.Tx.IsReadable, Is.False);
            harness.Rx.GiveBack();

            Assert.That(harness.Port.Rx.Held, Is.Zero);
            Assert.That(harness.Host.InjectedNs(index), Is.EqualTo(isAddressed && isRefused ? Abi.DoneRefused : 0));
            Assert.That(harness.TakeAll(), Is.Empty, "no slot is taken for it");
        }
        Assert.That(harness.Port.ReadCounter(GuestCounter.RxRefused), Is.EqualTo(133));
    }

    [Test]
    public void ARadioThatIsDownReceivesNothing()
    {
        using var harness = new InjectorHarness().WithRadio();
        var address = MacAddress.Parse(RecordedMessages.Radio);
        harness.Radios.Apply([new ShmWifi.Hwsim.Radios.RadioSnapshot(1, "phy0", address, HasMonitor: false, [], TxPowerDbm: null, Spacing: null)]);
        harness.HostPosts(harness.FrameDescriptor(0, 100));
        harness.Rx.Drain();
        Assert.That((harness.KernelReceives().Count, harness.Port.ReadCounter(GuestCounter.RxRefused)), Is.EqualTo((0, 1ul)));
        Assert.That(harness.Host.InjectedNs(0), Is.EqualTo(Refused));

        harness.Radios.Apply([new ShmWifi.Hwsim.Radios.RadioSnapshot(1, "phy0", address, HasMonitor: true, [], TxPowerDbm: null, Spacing: null)]);
        harness.HostPosts(harness.FrameDescriptor(0, 100));
        harness.Rx.Drain();
        Assert.That(harness.KernelReceives(), Has.Count.EqualTo(1), "a monitor receives without an address");
    }

    [Test]
    public void AFrameIsStampedOnceTheHostsClockIsKnown()
    {
        using var harness = new InjectorHarness().WithRadio();
        harness.HostPosts(harness.FrameDescriptor(0, 100));
        harness.Rx.Drain();
        Assert.That(harness.Host.InjectedNs(0), Is.Zero, "unknown yet");

        harness.Clock.Ask();
        ulong asked = harness.TakeAll().Single(slot => slot.Kind == RingKind.ClockSync).Cookie;
        const long HostAhead = 5_000_000_000_000;
        harness.HostPosts(new RxDescriptor { Kind = RingKind.ClockSync, Cookie = asked, TakenNs = asked + HostAhead, PostedNs = asked + HostAhead });
        harness.HostPosts(harness.FrameDescriptor(1, 100));
        harness.Rx.Drain();
        Assert.That(harness.Clock.IsWaiting, Is.False);
        Assert.That(harness.Host.ClockErrorNs, Is.Positive);
        Assert.That((long)harness.Host.InjectedNs(2), Is.EqualTo(ShmWifi.Linux.MonotonicClock.NowNs + HostAhead).Within(10_000_000_000));
        Assert.That(harness.Host.InjectedNs(1), Is.Zero, "no frame");
    }

    [Test]
    public void AnAnswerToAnotherQuestionDoesNotCount()
    {
        using var harness = new InjectorHarness().WithRadio();
        harness.Clock.Ask();
        harness.HostPosts(new RxDescriptor { Kind = RingKind.ClockSync, Cookie = 12345, TakenNs = 1, PostedNs = 1 });
        harness.Rx.Drain();
        Assert.That((harness.Clock.IsWaiting, harness.Clock.Answers), Is.EqualTo((true, 0)));
    }

    [Test]
    public void DescriptorsForAServiceBeforeUsAreNotInjected()
    {
        using var harness = new InjectorHarness().WithRadio();
        harness.HostPosts(harness.FrameDescriptor(0, 100));
        harness.Rx.Discard();
        harness.Rx.Drain();
        Assert.That(harness.KernelReceives(), Is.Empty);
    }

    [Test]
    public void NoDescriptorMakesItThrow() => Gen.Select(Gen.Byte, Gen.UShort, Gen.UInt, Gen.ULong, Gen.UInt).Array.Sample(descriptors =>
    {
        using var harness = new InjectorHarness().WithRadio();
        foreach (var (kind, radio, length, offset, freq) in descriptors.Take(60))
            harness.HostPosts(
                new RxDescriptor { Kind = (RingKind)(kind % 12), Radio = (ushort)(radio % 3), Length = length, Offset = offset, FreqMhz = freq });
        while (harness.Rx.Drain())
        {
        }
        harness.Rx.GiveBack();
        foreach (var (_, attributes) in harness.KernelReceives())
            _ = attributes.Count;
        if (harness.Port.Rx.Held != 0)
            Assert.Fail("descriptors are held");
    }, iter: 200);
}
