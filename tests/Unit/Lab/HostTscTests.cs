using ShmWifi.Lab.Qemu;

namespace ShmWifi.Tests.Unit.Lab;

public class HostTscTests
{
    [Test]
    public void TheRateOfTheTscIsThatOfAProcessor() => Assert.That(HostTsc.Khz, Is.InRange(500_000, 10_000_000));
}
