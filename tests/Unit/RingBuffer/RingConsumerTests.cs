
namespace ShmWifi.Tests.Unit.RingBuffer;

public class RingConsumerTests
{
    private const uint Length = 16;

    [TestCase(0u)]
    [TestCase(uint.MaxValue - 5)]
    public void WhatIsPublishedIsReadyOnce(uint start)
    {
        using var words = new RingWords(Length, start);
        var producer = words.Producer();
        var consumer = words.Consumer();

        Assert.That(consumer.CountReady(), Is.Zero);
        _ = producer.Publish(10);
        Assert.That((consumer.CountReady(), consumer.Taken), Is.EqualTo((10u, start)));
        consumer.Take(4);
        Assert.That((consumer.CountReady(), consumer.Held, consumer.Taken), Is.EqualTo((6u, 4u, start + 4)));
        consumer.Take(6);
        Assert.That((consumer.CountReady(), consumer.Held), Is.EqualTo((0u, 10u)));
        _ = consumer.Release(10);
        Assert.That((consumer.Held, consumer.Head), Is.EqualTo((0u, start + 10)));
    }

    [Test]
    public void TheTailIsReadOnlyWhenAllThatWasSeenIsTaken()
    {
        using var words = new RingWords(Length);
        var producer = words.Producer();
        var consumer = words.Consumer();
        _ = producer.Publish(1);
        Assert.That(consumer.CountReady(), Is.EqualTo(1));
        _ = producer.Publish(1);

        Assert.That(consumer.CountReady(), Is.EqualTo(1));
        consumer.Take(1);
        Assert.That(consumer.CountReady(), Is.EqualTo(1));
    }

    [TestCase(0u)]
    [TestCase(uint.MaxValue)]
    public void ArmMaySleepOnlyIfNothingIsReady(uint start)
    {
        using var words = new RingWords(Length, start);
        var producer = words.Producer();
        var consumer = words.Consumer();

        Assert.That(consumer.Arm(), Is.True);
        Assert.That(producer.Publish(1), Is.True, "armed for the next slot");
        Assert.That(producer.Publish(1), Is.False, "armed once");
        Assert.That(consumer.Arm(), Is.False, "two are ready");
        consumer.Take(consumer.CountReady());
        Assert.That(consumer.Arm(), Is.True, "taken slots need not be released before sleeping");
        Assert.That(producer.Publish(1), Is.True);
    }

    [TestCase(0u)]
    [TestCase(0xfffffff8u)]
    public void ATailFurtherAheadThanTheRingIsLongBreaksIt(uint start)
    {
        using var words = new RingWords(Length, start);
        var consumer = words.Consumer();
        words.Tail.StoreRelease(start + Length + 1);

        Assert.That(consumer.CountReady(), Is.Zero);
        Assert.That((consumer.IsBroken, consumer.Arm(), consumer.RefreshTail()), Is.EqualTo((true, false, false)));
    }

    [TestCase(0u)]
    [TestCase(0xfffffff8u)]
    public void ATailThatGoesBackBreaksIt(uint start)
    {
        using var words = new RingWords(Length, start);
        var consumer = words.Consumer();
        words.Tail.StoreRelease(start + 8);
        consumer.Take(consumer.CountReady());
        words.Tail.StoreRelease(start + 7);

        Assert.That(consumer.CountReady(), Is.Zero);
        Assert.That(consumer.IsBroken, Is.True);
    }

    [Test]
    public void HeldSlotsCountAgainstTheTail()
    {
        using var words = new RingWords(Length);
        var consumer = words.Consumer();
        words.Tail.StoreRelease(Length);
        consumer.Take(consumer.CountReady());
        words.Tail.StoreRelease(Length + 1);

        Assert.That((consumer.RefreshTail(), consumer.IsBroken), Is.EqualTo((false, true)));
    }

    [Test]
    public void ABrokenRingStaysBroken()
    {
        using var words = new RingWords(Length);
        var consumer = words.Consumer();
        words.Tail.StoreRelease(Length + 1);
        _ = consumer.RefreshTail();
        words.Tail.StoreRelease(1);

        Assert.That((consumer.CountReady(), consumer.IsBroken), Is.EqualTo((0u, true)));
    }

    [Test]
    public void ItTakesOverARingWhereItStandsAndReadsWhatWasNotReleasedAgain()
    {
        using var words = new RingWords(Length, start: uint.MaxValue - 3);
        var predecessor = words.Consumer();
        _ = words.Producer().Publish(10);
        predecessor.Take(predecessor.CountReady());
        _ = predecessor.Release(4);
        var successor = words.Consumer();

        Assert.That((successor.Taken, successor.CountReady()), Is.EqualTo((0u, 6u)));
    }
}
