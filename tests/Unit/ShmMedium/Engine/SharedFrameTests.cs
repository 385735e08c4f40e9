using ShmWifi.Configuration;
using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>Radios of one VM that receive the same frame share what lies in memory: a copy a VM, not a radio.</summary>
public class SharedFrameTests
{
    [Test]
    public void RadiosOfOneVmShareAFrame([Values] Isolation isolation)
    {
        using var daemon = new TestDaemon(isolation);
        var a = daemon.Attach(Address(1));
        var b = daemon.Attach(Address(2, 0), Address(2, 1), Address(2, 2));
        var port = daemon.PortOf(b);
        int free = port.FreePoolSlots;
        byte[] frame = Data(MacAddress.Broadcast, Address(1), [1, 2, 3]);
        for (int round = 0; round < 100; round++)
        {
            a.SendFrame(0, frame);
            a.Drain();
            List<RxDescriptor> descriptors = [];
            Deadline.Until(() => Took(descriptors), "the frame");
            Assert.That(descriptors.Select(d => d.Radio), Is.EqualTo(new[] { 0, 1, 2 }));
            Assert.That(descriptors.Select(d => d.Offset).Distinct().Count(), Is.EqualTo(1));
            foreach (var descriptor in descriptors)
                Assert.That(b.PayloadOf(in descriptor).ToArray(), Is.EqualTo(frame));
            b.Release(2); // the last one holds the frame
            a.Drain();
            var last = descriptors[2];
            Assert.That(b.PayloadOf(in last).ToArray(), Is.EqualTo(frame));
            b.Release(1);
        }
        b.Drain();
        a.Drain();
        Assert.That((port.FreePoolSlots, port.HeldReferences), Is.EqualTo((free, 0)));
        Assert.That(TestDaemon.Count(b, HostCounter.Copied), Is.EqualTo(isolation == Isolation.PerVm ? 100 : 0));
        Assert.That(TestDaemon.Count(b, HostCounter.RxFrames), Is.EqualTo(300));

        bool Took(List<RxDescriptor> descriptors)
        {
            while (b.TryTake(out var descriptor))
                descriptors.Add(descriptor);
            return descriptors.Count >= 3;
        }
    }

    [Test]
    public void WhatIsMovedIsMovedForAllRadiosThatShareIt()
    {
        using var daemon = new TestDaemon(Isolation.Shared);
        var a = daemon.Attach(Address(1));
        var b = daemon.Attach(Address(2, 0), Address(2, 1));
        var port = daemon.PortOf(b);
        List<byte[]> frames = [.. Enumerable.Range(0, 4).Select(i => Data(MacAddress.Broadcast, Address(1), [(byte)i, 2, 3]))];
        foreach (byte[] frame in frames)
            a.SendFrame(0, frame);
        a.Drain();
        Assert.That(port.HeldReferences, Is.EqualTo(4), "a frame, not a radio");
        int free = port.FreePoolSlots;
        a.Kill(); // whoever holds its slots gets copies
        Deadline.Until(() => port.HeldReferences == 0, "all is moved");
        Assert.That(port.FreePoolSlots, Is.EqualTo(free - 4));
        var received = b.Drain().Where(r => r.Descriptor.Kind == RingKind.Frame).ToList();
        Assert.That(received.Select(r => (int)r.Descriptor.Radio), Is.EqualTo(new[] { 0, 1, 0, 1, 0, 1, 0, 1 }));
        Assert.That(received.Select(r => r.Payload), Is.EqualTo(frames.SelectMany(frame => (byte[][])[frame, frame])));
        b.Drain();
        Assert.That(port.FreePoolSlots, Is.EqualTo(port.PoolLength));
    }
}
