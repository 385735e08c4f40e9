using ShmWifi.RingBuffer;

namespace ShmWifi.Tests.Unit.RingBuffer;

public class EventIndexTests
{
    private const uint Window = 24;

    [TestCase(0u)]
    [TestCase(1000u)]
    [TestCase(uint.MaxValue - (Window / 2))]
    [TestCase(0x80000000u - (Window / 2))]
    public void AnEventIsCrossedExactlyWhenItsSlotIsAmongTheMoved(uint start)
    {
        for (uint wanted = 0; wanted < Window; wanted++)
        {
            for (uint old = 0; old < Window; old++)
            {
                for (uint now = old; now < Window; now++)
                {
                    bool moved = old <= wanted && wanted < now;
                    Assert.That(EventIndex.IsCrossed(start + wanted, start + old, start + now), Is.EqualTo(moved), $"{wanted}: {old} to {now}");
                }
            }
        }
    }
}
