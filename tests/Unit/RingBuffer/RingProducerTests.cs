
namespace ShmWifi.Tests.Unit.RingBuffer;

public class RingProducerTests
{
    private const uint Length = 16;

    [TestCase(0u)]
    [TestCase(uint.MaxValue - 5)]
    public void AFullRingHasNoSlotFreeUntilOneIsReleased(uint start)
    {
        using var words = new RingWords(Length, start);
        var producer = words.Producer();
        var consumer = words.Consumer();

        Assert.That(producer.HasFree(Length), Is.True);
        Assert.That(producer.HasFree(Length + 1), Is.False);
        _ = producer.Publish(Length);
        Assert.That((producer.HasFree(1), producer.InUse, producer.Tail), Is.EqualTo((false, Length, start + Length)));

        consumer.Take(consumer.CountReady());
        Assert.That(producer.HasFree(1), Is.False, "taken, not released");
        _ = consumer.Release(1);
        Assert.That((producer.HasFree(1), producer.HasFree(2), producer.Head), Is.EqualTo((true, false, start + 1)));
        Assert.That(producer.IsBroken, Is.False);
    }

    [Test]
    public void TheHeadIsReadOnlyWhenTheCachedOneSaysFull()
    {
        using var words = new RingWords(Length);
        var producer = words.Producer();
        var consumer = words.Consumer();
        _ = producer.Publish(8);
        consumer.Take(consumer.CountReady());
        _ = consumer.Release(8);

        Assert.That((producer.HasFree(8), producer.Head), Is.EqualTo((true, 0u)));
        Assert.That((producer.HasFree(9), producer.Head), Is.EqualTo((true, 8u)));
        Assert.That(producer.CountFree(), Is.EqualTo(Length));
    }

    [TestCase(0u)]
    [TestCase(uint.MaxValue - 2)]
    public void OnlyThePublishThatPassesTheArmedSlotRings(uint start)
    {
        using var words = new RingWords(Length, start);
        var producer = words.Producer();
        words.AvailEvent.StoreRelease(start + 3);

        Assert.That(producer.Publish(3), Is.False);
        Assert.That(producer.Publish(2), Is.True);
        Assert.That(producer.Publish(1), Is.False);
    }

    [TestCase(0u)]
    [TestCase(uint.MaxValue - 2)]
    public void ArmFreeMaySleepOnlyIfNothingCameBack(uint start)
    {
        using var words = new RingWords(Length, start);
        var producer = words.Producer();
        var consumer = words.Consumer();
        _ = producer.Publish(Length);
        consumer.Take(consumer.CountReady());

        Assert.That(producer.ArmFree(), Is.True);
        Assert.That(consumer.Release(2), Is.True, "armed for the next slot");
        Assert.That(consumer.Release(1), Is.False, "armed once");
        Assert.That(producer.ArmFree(), Is.False, "three came back");
        Assert.That(producer.ArmFree(), Is.True);
        Assert.That(consumer.Release(1), Is.True);
    }

    [TestCase(0u)]
    [TestCase(0xfffffff8u)]
    public void AHeadBeyondTheTailBreaksTheRing(uint start)
    {
        using var words = new RingWords(Length, start);
        var producer = words.Producer();
        _ = producer.Publish(4);
        words.Head.StoreRelease(start + 5);

        Assert.That(producer.RefreshHead(), Is.False);
        Assert.That((producer.IsBroken, producer.CountFree(), producer.ArmFree(), producer.HasFree(Length)), Is.EqualTo((true, 0u, false, false)));
    }

    [TestCase(0u)]
    [TestCase(0xfffffff8u)]
    public void AHeadThatGoesBackBreaksTheRing(uint start)
    {
        using var words = new RingWords(Length, start);
        var producer = words.Producer();
        _ = producer.Publish(8);
        words.Head.StoreRelease(start + 6);
        Assert.That(producer.RefreshHead(), Is.True);
        words.Head.StoreRelease(start + 5);

        Assert.That(producer.RefreshHead(), Is.False);
        Assert.That((producer.IsBroken, producer.Head), Is.EqualTo((true, start + 6)));
    }

    [Test]
    public void ABrokenRingStaysBroken()
    {
        using var words = new RingWords(Length);
        var producer = words.Producer();
        words.Head.StoreRelease(1);
        _ = producer.RefreshHead();
        words.Head.StoreRelease(0);

        Assert.That(producer.RefreshHead(), Is.False);
        Assert.That(producer.IsBroken, Is.True);
    }

    [TestCase(17u)]
    [TestCase(0x80000000u)]
    [TestCase(uint.MaxValue)]
    public void ARingThatIsBrokenFromTheStartHasNoSlotFree(uint lead)
    {
        using var words = new RingWords(Length, start: 100);
        words.Tail.StoreRelease(100 + lead);
        var producer = words.Producer();

        Assert.That((producer.IsBroken, producer.HasFree(1), producer.CountFree()), Is.EqualTo((true, false, 0u)));
    }

    [Test]
    public void ItTakesOverARingWhereItStands()
    {
        using var words = new RingWords(Length, start: uint.MaxValue - 3);
        _ = words.Producer().Publish(10);
        var successor = words.Producer();

        Assert.That((successor.Tail, successor.InUse, successor.HasFree(6), successor.HasFree(7)), Is.EqualTo((6u, 10u, true, false)));
    }
}
