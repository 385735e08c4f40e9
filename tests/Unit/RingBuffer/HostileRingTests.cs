using CsCheck;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Unit.RingBuffer;

/// <summary>A peer that writes anything into any word, at any time.</summary>
public class HostileRingTests
{
    private const uint Length = 16;

    private static readonly uint[] Edges =
    [
        0, 1, Length - 1, Length, Length + 1, 0x7fffffff, 0x80000000, 0x80000001, uint.MaxValue - Length, uint.MaxValue - 1, uint.MaxValue,
    ];

    /// <summary>A made-up attack: what to write, relative to the victim's own index if <paramref name="Near"/>, then what the victim does.</summary>
    public sealed record Step(byte Word, bool Near, bool Edge, uint Value, byte Operation);

    private static readonly Gen<(uint Start, Step[] Steps)> AnyAttack = Gen.Select(
        Gen.UInt,
        Gen.Select(Gen.Byte, Gen.Bool, Gen.Bool, Gen.UInt, Gen.Byte, (word, near, edge, value, operation) =>
            new Step(word, near, edge, value, operation)).Array,
        (start, steps) => (start, steps));

    [Test]
    public void AProducerNeverThrowsNorGivesOutASlotThatIsInUse() => AnyAttack.Sample(attack =>
    {
        using var words = new RingWords(Length, attack.Start);
        var producer = words.Producer();
        uint head = attack.Start; // what an honest reader knows of the peer's head
        bool broken = false;

        foreach (var step in attack.Steps)
        {
            Write(words, step, producer.Tail);
            uint shared = words.Head.LoadAcquire();
            uint tail = producer.Tail;
            uint count = 1 + (step.Operation / 4u % (Length + 1));
            bool refreshed = step.Operation % 4 != 0 || count > Length - producer.InUse;
            switch (step.Operation % 4)
            {
                case 0 when producer.HasFree(count):
                    Assert.That(count, Is.AtMost(Length - (tail - producer.Head)));
                    _ = producer.Publish(count);
                    break;
                case 1:
                    Assert.That(producer.CountFree(), Is.AtMost(Length));
                    break;
                case 2:
                    _ = producer.ArmFree();
                    break;
                case 3:
                    _ = producer.RefreshHead();
                    break;
            }

            if (refreshed)
            {
                broken |= shared - head > tail - head;
                head = broken ? head : shared;
            }
            Assert.That((producer.IsBroken, producer.Head), Is.EqualTo((broken, head)));
            Assert.That(producer.InUse, Is.AtMost(Length));
        }
    }, iter: 5000);

    [Test]
    public void AConsumerNeverThrowsNorTakesMoreThanTheRingHolds() => AnyAttack.Sample(attack =>
    {
        using var words = new RingWords(Length, attack.Start);
        var consumer = words.Consumer();
        uint tail = attack.Start; // what an honest reader knows of the peer's tail
        bool broken = false;

        foreach (var step in attack.Steps)
        {
            Write(words, step, consumer.Head);
            uint shared = words.Tail.LoadAcquire();
            uint head = consumer.Head;
            bool refreshed = step.Operation % 4 > 1 || (step.Operation % 4 == 0 && tail == consumer.Taken);
            switch (step.Operation % 4)
            {
                case 0:
                    consumer.Take(Math.Min(consumer.CountReady(), step.Operation / 4u));
                    break;
                case 1:
                    _ = consumer.Release(Math.Min(consumer.Held, step.Operation / 4u));
                    break;
                case 2:
                    _ = consumer.Arm();
                    break;
                case 3:
                    _ = consumer.RefreshTail();
                    break;
            }

            if (refreshed)
            {
                broken |= shared - head > Length || shared - head < tail - head;
                tail = broken ? tail : shared;
            }
            Assert.That(consumer.IsBroken, Is.EqualTo(broken));
            Assert.That(consumer.Held, Is.AtMost(Length));
            Assert.That(consumer.Held + (tail - consumer.Taken), Is.AtMost(Length));
        }
    }, iter: 5000);

    [Test]
    public void AnEndTakesOverAnyWords() =>
        Gen.Select(Gen.UInt, Gen.UInt, Gen.UInt, (tail, head, @event) => (Tail: tail, Head: head, Event: @event)).Sample(words =>
    {
        foreach (uint lead in Edges.Append(words.Tail))
        {
            using var ring = new RingWords(Length, words.Event);
            ring.Head.StoreRelease(words.Head);
            ring.Tail.StoreRelease(words.Head + lead);
            var producer = ring.Producer();
            var consumer = ring.Consumer();

            bool valid = lead <= Length;
            Assert.That((producer.IsBroken, producer.HasFree(1)), Is.EqualTo((!valid, lead < Length)));
            Assert.That((consumer.RefreshTail(), consumer.IsBroken, consumer.CountReady()), Is.EqualTo((valid, !valid, valid ? lead : 0)));
        }
    }, iter: 200);

    [Test]
    public unsafe void AnyIndexNamesASlotOfItsPort() => Gen.UInt.Sample(random =>
    {
        using var memory = new RegionMemory(new RegionGeometry(Ports: 2, TxSlots: 16, RxDescriptors: 32, PoolSlots: 16));
        var geometry = memory.Region.Geometry;
        var host = memory.Region.Attach(1, peerId: 5, "vm");
        var guest = memory.Region.OpenGuestPort(1);
        ulong start = RegionGeometry.PortsOffset + geometry.PortStride;

        foreach (uint index in Edges.Append(random))
        {
            ulong slot = host.OffsetOf((byte*)host.TxSlot(index)) - start;
            ulong descriptor = host.OffsetOf((byte*)host.Descriptor(index)) - start;
            Assert.That(slot, Is.EqualTo(RegionGeometry.TxOffset + (index % 16 * (ulong)Abi.SlotSize)));
            Assert.That(descriptor, Is.EqualTo(geometry.RxOffset + (index % 32 * (ulong)Abi.DescriptorSize)));

            host.Descriptor(index)->Cookie = ~(ulong)index;
            Assert.That(guest.ReadDescriptor(index).Cookie, Is.EqualTo(~(ulong)index));
            guest.SetInjected(index, index + 7ul);
            Assert.That(host.InjectedNs(index), Is.EqualTo(index + 7ul));
        }
    }, iter: 50);

    [Test]
    public unsafe void ARegionHeaderOfAnyBytesIsOpenedOrRefused() => Gen.Select(Gen.UShort, Gen.UInt).Array.Sample(damage =>
    {
        using var memory = new RegionMemory(new RegionGeometry(Ports: 1, TxSlots: 16, RxDescriptors: 16, PoolSlots: 16));
        foreach ((ushort offset, uint value) in damage)
            *(uint*)(memory.Region.Address + (offset % 0x68 & ~3)) = value;

        try
        {
            var region = Region.Open(memory.Region.Address, memory.Region.Size);
            Assert.That(region.Size, Is.EqualTo(memory.Region.Size));
        }
        catch (RegionFormatException refusal)
        {
            Assert.That(refusal.Message, Is.Not.Empty);
        }
    }, iter: 500);

    private static void Write(RingWords words, Step step, uint own)
    {
        uint value = step.Edge ? Edges[step.Value % Edges.Length] : step.Value;
        if (step.Near)
            value = own + (step.Edge ? value : step.Value % (2 * Length)) - Length;
        var word = (step.Word % 4) switch
        {
            0 => words.Tail,
            1 => words.Head,
            2 => words.AvailEvent,
            _ => words.FreeEvent,
        };
        word.StoreRelease(value);
    }
}
