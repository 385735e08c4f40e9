using ShmWifi.Hwsim.Port;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class HostMonitorTests
{
    private const long Second = 1_000_000_000;

    [Test]
    public void ARegionWhoseHostIsAwayHasNoMedium()
    {
        using var rig = new InjectorRig();
        rig.Region.HostState = HostState.Away;
        Assert.That(rig.Watch.Update(Second), Is.True);
        Assert.That(rig.Watch.IsThere, Is.False);
        rig.Region.HostState = HostState.Running;
        Assert.That(rig.Watch.Update(2 * Second), Is.True);
        Assert.That(rig.Watch.IsThere, Is.True);
    }

    [Test]
    public void AFaultedPortIsAnAbsentHostAndSaysWhy()
    {
        using var rig = new InjectorRig();
        rig.Host.SetFault(PortFault.Kind);
        rig.Watch.Update(Second);
        Assert.That((rig.Watch.IsThere, rig.Watch.Reason), Is.EqualTo((false, "it has faulted our port: Kind")));
    }

    [Test]
    public void AHostOfAnotherAbiIsDeadMediumAndSaysWhatToDo()
    {
        using var rig = new InjectorRig();
        rig.Host.SetFault(PortFault.AbiVersion);
        rig.Watch.Update(Second);
        Assert.That(rig.Watch.IsThere, Is.False);
        Assert.That(rig.Watch.Reason, Does.StartWith("it does not speak our ABI, 1.1: update "));
    }

    [Test]
    public void AHostThatDoesNotAnswerIsAbsentUntilItSpeaks()
    {
        using var rig = new InjectorRig();
        rig.Watch.OnAsked(1 * Second);
        rig.Watch.OnAsked(2 * Second);
        rig.Watch.Update(1 * Second + HostMonitor.SilenceNs - 1);
        Assert.That(rig.Watch.IsThere, Is.True, "not for long enough");
        Assert.That(rig.Watch.Update(1 * Second + HostMonitor.SilenceNs), Is.True);
        Assert.That((rig.Watch.IsThere, rig.Watch.Reason, rig.Watch.MayAnswer), Is.EqualTo((false, "it does not answer", true)));

        rig.Watch.OnReceived();
        Assert.That(rig.Watch.Update(9 * Second), Is.True);
        Assert.That(rig.Watch.IsThere, Is.True);
    }

    [Test]
    public void AHostThatAnswersIsThere()
    {
        using var rig = new InjectorRig();
        for (int i = 1; i < 10; i++)
        {
            rig.Watch.OnAsked(i * Second);
            rig.Watch.OnReceived();
            Assert.That(rig.Watch.Update((i * Second) + (Second / 2)), Is.False);
        }
    }

    [Test]
    public void AClockThatIsOursIsNeverAskedFor()
    {
        using var rig = new InjectorRig();
        rig.Clock.KnowSame();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rig.Clock.ToHost(1234), Is.EqualTo(1234));
            Assert.That(rig.Clock.DueNs, Is.EqualTo(long.MaxValue));
            Assert.That(rig.Host.ClockErrorNs, Is.EqualTo(1), "known, so latency is measured");
        }
    }
}
