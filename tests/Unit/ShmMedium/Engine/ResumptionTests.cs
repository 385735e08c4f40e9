using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>An engine dies at any moment, and the next goes on with its VMs.</summary>
public unsafe class ResumptionTests
{
    private const int Frames = 10;
    private EngineHarness _medium = null!;

    [SetUp]
    public void SetUp()
    {
        _medium = new EngineHarness(ports: 3);
        foreach (var guest in _medium.Guests)
            _ = guest.Discard();
    }

    [TearDown]
    public void TearDown() => _medium.Dispose();

    [Test]
    public void WhatWasSentMeanwhileIsDeliveredOnceToRadiosThatNobodyAnnouncesAgain()
    {
        _medium.Send(EngineHarness.AddressOf(1), Frames);
        _medium.ChangeEngine();
        _medium.Relay();
        var received = TakeAll(1);
        Assert.That(received.Count(r => r.Descriptor.Kind == RingKind.Frame), Is.EqualTo(Frames));
        Assert.That(TakeAll(2).Any(r => r.Descriptor.Kind == RingKind.Frame), Is.False);
        var radio = _medium.Engine.Radios.OwnersOf(EngineHarness.AddressOf(1)).Single();
        Assert.That((radio.FullName, radio.ChannelMhz), Is.EqualTo(("vm1/phy0", (uint?)2412)));
    }

    [Test]
    public void GuestsAreToldWhichFramesGetNoStatus()
    {
        _medium.Send(EngineHarness.AddressOf(1), Frames);
        _medium.Relay();
        uint taken = _medium.Ports[0].Rings.Tx.Taken;
        _medium.Send(EngineHarness.AddressOf(1), Frames);
        _medium.ChangeEngine();
        var told = TakeAll(0).Single();
        Assert.That((told.Descriptor.Kind, told.Descriptor.Cookie), Is.EqualTo((RingKind.EngineChanged, (ulong)taken)));
    }

    [Test]
    public void WhatReceiversStillReadStaysHeldAndIsGivenBack()
    {
        _medium.Send(MacAddress.Broadcast, Frames);
        _medium.Relay();
        uint head = _medium.Ports[0].Rings.Tx.Head;
        _medium.ChangeEngine();
        _medium.Relay();
        Assert.That((_medium.Ports[0].HeldSlots, _medium.Ports[0].Rings.Tx.Head), Is.EqualTo((Frames, head)));
        Assert.That(TakeAll(1).Count(r => r.Descriptor.Kind == RingKind.Frame), Is.EqualTo(Frames));
        _medium.Relay();
        Assert.That(_medium.Ports[0].HeldSlots, Is.EqualTo(Frames), "the other still reads");
        _ = _medium.Guests[2].Discard();
        _medium.Relay();
        Assert.That((_medium.Ports[0].HeldSlots, _medium.Ports[0].Rings.Tx.Head), Is.EqualTo((0, head + Frames)));
    }

    [Test]
    public void PoolSlotsThatAGuestHasAreNotUsedAndComeBack()
    {
        _medium.Send(EngineHarness.AddressOf(1), Frames);
        _medium.Relay();
        _medium.Ports[1].MoveReferencesToPool();
        int free = _medium.Ports[1].FreePoolSlots;
        _medium.ChangeEngine();
        Assert.That((_medium.Ports[1].FreePoolSlots, free), Is.EqualTo((free, _medium.Ports[1].PoolLength - Frames)));
        Assert.That(_medium.Ports[0].HeldSlots, Is.Zero, "they were moved");
        _ = _medium.Guests[1].Discard();
        _medium.Relay();
        Assert.That(_medium.Ports[1].FreePoolSlots, Is.EqualTo(_medium.Ports[1].PoolLength));
    }

    [Test]
    public void WhatMayHaveBeenSentHasTheRetryBitIfItIsForOne()
    {
        _medium.Send(EngineHarness.AddressOf(1), 1);
        _medium.Send(MacAddress.Broadcast, 1);
        _medium.ChangeEngine();
        _medium.Relay();
        var frames = TakeAll(1).Where(r => r.Descriptor.Kind == RingKind.Frame).ToList();
        Assert.That(frames.Select(f => f.Payload[1] & 0x08), Is.EqualTo(new[] { 0x08, 0 }));
    }

    [Test]
    public void ManyChangesLoseNothing()
    {
        uint received = 0;
        for (int life = 0; life < 100; life++)
        {
            _medium.Send(EngineHarness.AddressOf(1), Frames);
            if (life % 2 == 0)
                _medium.Relay();
            _medium.ChangeEngine();
            _medium.Relay();
            received += (uint)TakeAll(1).Count(r => r.Descriptor.Kind == RingKind.Frame);
            _ = _medium.Guests[0].Discard();
            _ = _medium.Guests[2].Discard();
            _medium.Relay();
        }
        Assert.That(received, Is.EqualTo(100 * Frames));
        Assert.That(_medium.Ports.Select(p => (p.HeldSlots, p.FreePoolSlots)), Is.All.EqualTo((0, _medium.Ports[0].PoolLength)));
    }

    [Test]
    public void CountersGoOn()
    {
        _medium.Send(EngineHarness.AddressOf(1), Frames);
        _medium.Relay();
        _medium.ChangeEngine();
        _medium.Send(EngineHarness.AddressOf(1), Frames);
        _medium.Relay();
        Assert.That(_medium.Ports[0].Rings.ReadCounter(HostCounter.TxFrames), Is.EqualTo(2 * Frames));
        Assert.That(_medium.Ports[1].Rings.ReadCounter(HostCounter.RxFrames), Is.EqualTo(2 * Frames));

        _medium.Engine.Start();
        Assert.That(_medium.Engine.DetachAsync(_medium.Ports[1]).Wait(Deadline.Limit), Is.True);
        _medium.Engine.Stop();
        _medium.ChangeEngine();
        Assert.That(_medium.Engine.Inspect((_, departed) => departed[HostCounter.RxFrames]), Is.EqualTo(2 * Frames));
    }

    [Test]
    public void AFaultIsNotForgotten()
    {
        _medium.Ports[1].BreakOff(PortFault.Kind);
        _medium.ChangeEngine();
        Assert.That(_medium.Ports.Select(p => p.Fault), Is.EqualTo(new[] { PortFault.None, PortFault.Kind, PortFault.None }));
    }

    [TestCase(5000u, 0u, PortFault.TxTail)]
    [TestCase(0u, 5000u, PortFault.RxHead)]
    public void ImpossibleIndicesAreThatPortsFault(uint txHead, uint rxTail, PortFault fault)
    {
        _medium.Guests[1].Header->TxHead += txHead;
        _medium.Guests[1].Header->RxTail += rxTail;
        _medium.ChangeEngine();
        Assert.That(_medium.Ports.Select(p => p.Fault), Is.EqualTo(new[] { PortFault.None, fault, PortFault.None }));
    }

    [Test]
    public void RandomWordsNeverStopTheNextEngine([Values(1, 2, 3, 4, 5, 6, 7, 8)] int seed)
    {
        var random = new Random(seed);
        for (int life = 0; life < 200; life++)
        {
            if (_medium.Guests[0].Port.Tx.HasFree(Frames))
                _medium.Send(MacAddress.Broadcast, Frames);
            _ = _medium.Engine.RunRound();
            var port = _medium.Ports[1 + random.Next(2)].Rings;
            for (int i = 0; i < 20; i++)
            {
                var descriptor = port.Descriptor((uint)random.Next());
                random.NextBytes(new Span<byte>((byte*)descriptor, random.Next(sizeof(RxDescriptor))));
                if (random.Next(2) == 0)
                    descriptor->Kind = RingKind.Frame;
            }
            _medium.ChangeEngine();
            _ = _medium.Engine.RunRound();
            _ = _medium.Guests[1].Discard();
            _ = _medium.Guests[2].Discard();
        }
        _medium.Relay();
        Assert.That(_medium.Ports[0].IsFaulted, Is.False);
    }

    private List<Received> TakeAll(int guest)
    {
        List<Received> all = [];
        while (_medium.Guests[guest].TryReceive(out var received))
            all.Add(received);
        return all;
    }
}
