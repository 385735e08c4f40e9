using ShmWifi.Hwsim.Port;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class HostMonitorTests
{
    private const long Second = 1_000_000_000;

    [Test]
    public void AHostThatIsAwayIsWaitedForAndThenHasNoMedium()
    {
        using var harness = new InjectorHarness();
        harness.Region.HostState = HostState.Away;
        Assert.That(harness.Watch.Update(Second), Is.False);
        Assert.That(harness.Watch.Update(Second + InjectorHarness.PatienceNs - 1), Is.False);
        Assert.That((harness.Watch.IsThere, harness.Watch.MayAnswer), Is.EqualTo((true, false)));
        Assert.That(harness.Watch.Update(Second + InjectorHarness.PatienceNs), Is.True);
        Assert.That(harness.Watch.IsThere, Is.False);
        harness.Region.HostState = HostState.Running;
        Assert.That(harness.Watch.Update(2 * Second), Is.True);
        Assert.That(harness.Watch.IsThere, Is.True);
    }

    [Test]
    public void EachTimeAHostIsAwayItIsWaitedForAnew()
    {
        using var harness = new InjectorHarness();
        for (int i = 1; i < 10; i++)
        {
            harness.Region.HostState = HostState.Away;
            Assert.That(harness.Watch.Update(i * InjectorHarness.PatienceNs), Is.False);
            harness.Region.HostState = HostState.Running;
            Assert.That(harness.Watch.Update((i * InjectorHarness.PatienceNs) + (InjectorHarness.PatienceNs / 2)), Is.False);
        }
    }

    [Test]
    public void APortThatIsNotOursIsNotWaitedFor()
    {
        using var harness = new InjectorHarness();
        harness.Region.Detach(SimulatedHost.PortIndex);
        Assert.That(harness.Watch.Update(Second), Is.True);
        Assert.That(harness.Watch.IsThere, Is.False);
    }

    [Test]
    public void WhatAHostSaidWhileTheVmStoodStillCounts()
    {
        using var harness = new InjectorHarness();
        harness.Watch.OnAsked(1 * Second);
        harness.HostPosts(new RxDescriptor { Kind = RingKind.ClockSync });
        Assert.That(harness.Watch.Update(100 * Second), Is.False);
        Assert.That(harness.Watch.IsThere, Is.True);
    }

    [Test]
    public void AFaultedPortIsAnAbsentHostAndSaysWhy()
    {
        using var harness = new InjectorHarness();
        harness.Host.SetFault(PortFault.Kind);
        harness.Watch.Update(Second);
        Assert.That((harness.Watch.IsThere, harness.Watch.Reason), Is.EqualTo((false, "it has faulted our port: Kind")));
    }

    [Test]
    public void AHostOfAnotherAbiIsDeadMediumAndSaysWhatToDo()
    {
        using var harness = new InjectorHarness();
        harness.Host.SetFault(PortFault.AbiVersion);
        harness.Watch.Update(Second);
        Assert.That(harness.Watch.IsThere, Is.False);
        Assert.That(harness.Watch.Reason, Does.StartWith($"it does not speak our ABI, {Abi.FormatVersion(Abi.Version)}: update "));
    }

    [Test]
    public void AHostThatDoesNotAnswerIsAbsentUntilItSpeaks()
    {
        using var harness = new InjectorHarness();
        harness.Watch.OnAsked(1 * Second);
        harness.Watch.OnAsked(2 * Second);
        harness.Watch.Update(1 * Second + HostMonitor.SilenceNs - 1);
        Assert.That(harness.Watch.IsThere, Is.True, "not for long enough");
        Assert.That(harness.Watch.Update(1 * Second + HostMonitor.SilenceNs), Is.True);
        Assert.That((harness.Watch.IsThere, harness.Watch.Reason, harness.Watch.MayAnswer), Is.EqualTo((false, "it does not answer", true)));

        harness.Watch.OnReceived();
        Assert.That(harness.Watch.Update(9 * Second), Is.True);
        Assert.That(harness.Watch.IsThere, Is.True);
    }

    [Test]
    public void AHostThatAnswersIsThere()
    {
        using var harness = new InjectorHarness();
        for (int i = 1; i < 10; i++)
        {
            harness.Watch.OnAsked(i * Second);
            harness.Watch.OnReceived();
            Assert.That(harness.Watch.Update((i * Second) + (Second / 2)), Is.False);
        }
    }

    [Test]
    public void AClockThatIsOursIsNeverAskedFor()
    {
        using var harness = new InjectorHarness();
        harness.Clock.KnowSame();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(harness.Clock.ToHost(1234), Is.EqualTo(1234));
            Assert.That(harness.Clock.DueNs, Is.EqualTo(long.MaxValue));
            Assert.That(harness.Host.ClockErrorNs, Is.EqualTo(1), "known, so latency is measured");
        }
    }
}
