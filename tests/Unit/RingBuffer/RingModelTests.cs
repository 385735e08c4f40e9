using ShmWifi.RingBuffer;

namespace ShmWifi.Tests.Unit.RingBuffer;

/// <summary>Both ends of a ring against a queue, under any sequence of operations.</summary>
public class RingModelTests
{
    /// <summary>A made-up run; a number of the script is an operation and its argument.</summary>
    /// <param name="LengthLog2">Modulo 5, added to 16 slots.</param>
    /// <param name="BeforeWrap">How far before 2^32 the indices start.</param>
    /// <param name="Script">Operations.</param>
    public sealed record Run(byte LengthLog2, byte BeforeWrap, ushort[] Script);

    [Test]
    public void NothingIsLostOrReorderedAndNeverMoreThanTheLengthIsInUse() => AnyInput.Of<Run>(run =>
    {
        uint length = 16u << (run.LengthLog2 % 5);
        using var words = new RingWords(length, 0u - run.BeforeWrap);
        RingProducer producer = words.Producer();
        RingConsumer consumer = words.Consumer();
        uint[] slots = new uint[length];
        var published = new Queue<uint>();
        var taken = new Queue<uint>();
        uint next = 1000;

        foreach (ushort word in run.Script)
        {
            uint argument = word / 4u;
            switch (word % 4)
            {
                case 0:
                    uint wanted = argument % (length + 2);
                    int inUse = published.Count + taken.Count;
                    Assert.That(producer.HasFree(wanted), Is.EqualTo(wanted <= length - inUse));
                    if (!producer.HasFree(wanted))
                        break;
                    for (uint i = 0; i < wanted; i++)
                    {
                        slots[(producer.Tail + i) & (length - 1)] = next;
                        published.Enqueue(next++);
                    }
                    _ = producer.Publish(wanted);
                    break;

                case 1:
                    Assert.That(consumer.RefreshTail(), Is.True);
                    Assert.That(consumer.CountReady(), Is.EqualTo(published.Count));
                    uint take = Math.Min(argument, consumer.CountReady());
                    for (uint i = 0; i < take; i++)
                    {
                        uint value = published.Dequeue();
                        Assert.That(slots[(consumer.Taken + i) & (length - 1)], Is.EqualTo(value));
                        taken.Enqueue(value);
                    }
                    consumer.Take(take);
                    break;

                case 2:
                    uint release = Math.Min(argument, consumer.Held);
                    for (uint i = 0; i < release; i++)
                        Assert.That(slots[(consumer.Head + i) & (length - 1)], Is.EqualTo(taken.Dequeue()), "a held slot does not change");
                    _ = consumer.Release(release);
                    break;

                default:
                    Assert.That(consumer.Arm(), Is.EqualTo(published.Count == 0));
                    break;
            }

            Assert.That((consumer.Held, producer.IsBroken, consumer.IsBroken), Is.EqualTo(((uint)taken.Count, false, false)));
            Assert.That(published.Count + taken.Count, Is.AtMost(length));
            Assert.That(producer.InUse, Is.AtLeast((uint)(published.Count + taken.Count)).And.AtMost(length), "the cached head is never too new");
        }
    });

    [Test]
    public void WhoSleepsIsRungByTheFirstSlotThatComesAndByNoOther() => AnyInput.Of<Run>(run =>
    {
        uint length = 16u << (run.LengthLog2 % 5);
        using var words = new RingWords(length, 0u - run.BeforeWrap);
        RingProducer producer = words.Producer();
        RingConsumer consumer = words.Consumer();
        bool consumerSleeps = false;
        bool producerSleeps = false;

        foreach (ushort word in run.Script)
        {
            uint count = 1 + (word / 4u % 7);
            switch (word % 4)
            {
                case 0 when !producerSleeps && producer.HasFree(count):
                    Assert.That(producer.Publish(count) || !consumerSleeps, Is.True, "a sleeping consumer hears of a slot");
                    Assert.That(producer.HasFree(1) && producer.Publish(1), Is.False, "and of it only once");
                    consumerSleeps = false;
                    break;

                case 1 when !consumerSleeps && consumer.Held + consumer.CountReady() >= count:
                    consumer.Take(count > consumer.Held ? count - consumer.Held : 0);
                    Assert.That(consumer.Release(count) || !producerSleeps, Is.True, "a sleeping producer hears of a free slot");
                    producerSleeps = false;
                    break;

                case 2 when !consumerSleeps:
                    consumerSleeps = consumer.Arm();
                    Assert.That(consumerSleeps, Is.EqualTo(producer.Tail == consumer.Taken));
                    break;

                case 3 when !producerSleeps && producer.CountFree() == 0:
                    producerSleeps = producer.ArmFree();
                    Assert.That(producerSleeps, Is.True, "nothing came back meanwhile");
                    break;
            }
            Assert.That(consumerSleeps && producerSleeps, Is.False, "they never wait for each other");
        }
    });
}
