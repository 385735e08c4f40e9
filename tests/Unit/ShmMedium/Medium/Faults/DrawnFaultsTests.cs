using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Medium.Faults;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Faults;

public sealed class DrawnFaultsTests
{
    private static readonly Fault s_fault = new(new FaultConfiguration("f", new FrameMatch(), new DropFault()), seed: 1, new CounterTable(1));

    [Test]
    public void AFrameThatIsOverTakesItsDrawsWithIt()
    {
        var draws = new DrawnFaults(frames: 4);
        for (int radio = 0; radio < 3; radio++)
        {
            draws.Set(1, radio, s_fault);
            draws.Set(2, radio, null);
        }
        draws.Forget(1);
        for (int radio = 0; radio < 3; radio++)
        {
            Assert.That(draws.TryGet(1, radio, out _), Is.False);
            Assert.That(draws.TryGet(2, radio, out var kept), Is.True);
            Assert.That(kept, Is.Null);
        }
    }

    [Test]
    public void WhoComesInPlaceOfARadioIsDrawnAnew()
    {
        var draws = new DrawnFaults(frames: 4);
        draws.Set(1, 5, null);
        draws.Set(1, 6, s_fault);
        draws.Set(1, 7, null);
        draws.ForgetRadio(6);
        Assert.That(draws.TryGet(1, 6, out _), Is.False);
        draws.Set(1, 6, s_fault);
        Assert.That(draws.TryGet(1, 6, out var again), Is.True);
        Assert.That(again, Is.SameAs(s_fault));
        draws.Forget(1);
        foreach (int radio in (int[])[5, 6, 7])
            Assert.That(draws.TryGet(1, radio, out _), Is.False);
    }
}
