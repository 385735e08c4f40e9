using System.Diagnostics;
using ShmWifi.Lab.Guest;
using ShmWifi.Lab.Topologies;
using ShmWifi.Tests.RingPeer;
using Role = ShmWifi.Tests.RingPeer.Role;

namespace ShmWifi.Tests.System.Rings;

/// <summary>
/// One end of a ring in a guest, the other on this machine, and the other way round: all eight barriers are the guest's in turn. Each run that a rule
/// keeps whole has a twin that breaks the rule in the guest and is caught.
/// </summary>
/// <remarks>
/// One virtual CPU, as most guests have. Where TCG knows of no second one that could come, it leaves the guest's barriers out (before QEMU 8.1), and
/// takes x86's locked instructions, the full fences there, for plain ones: all four of <see cref="NoDoorbellIsLost"/> fail then.
/// Source: qemu tcg/tcg-op.c, CF_PARALLEL.
/// </remarks>
[Explicit("needs root, and for arm64 './shmwifi setup --architecture arm64'")]
[Category("Nightly")]
[NonParallelizable]
[TestFixture(GuestArchitecture.Amd64)]
[TestFixture(GuestArchitecture.Arm64)]
internal sealed class GuestRingTests(GuestArchitecture architecture)
{
    private const uint Frames = 20_000;
    private const uint Rounds = 20_000;
    private static readonly TimeSpan CatchWithin = TimeSpan.FromMinutes(1);
    private RingGuest? _guest;

    private RingGuest Guest => _guest!;

    [OneTimeSetUp]
    public async Task Boot() => _guest = await RingGuest.StartAsync(
        new VmSpec { Name = "guest", Kernel = "6.12", Architecture = architecture, Radios = 0 });

    [OneTimeTearDown]
    public async Task ShutDown()
    {
        if (_guest is not { } guest)
            return;
        await using (guest)
            Assert.That(KernelLog.Complaints(await guest.KernelLogAsync()), Is.Empty);
    }

    [Test]
    public async Task EveryFrameComesOnceWholeAndInOrder(
        [Values(Role.TxProducer, Role.TxConsumer)] Role guest,
        [Values(Pace.Poll, Pace.Sleep)] Pace pace,
        [Values(0u, uint.MaxValue - (Frames / 2))] uint start) =>
        Assert.That(await Guest.RunAsync(guest, pace, start, Frames), Is.EqualTo(Verdict.Intact));

    [Test]
    public async Task NoDoorbellIsLost(
        [Values(Role.TxProducer, Role.TxConsumer)] Role guest, [Values(Pace.Litmus, Pace.FreeLitmus)] Pace pace) =>
        Assert.That(await Guest.RunAsync(guest, pace, start: uint.MaxValue - (Rounds / 2), Rounds), Is.EqualTo(Verdict.Intact));

    [TestCase(Role.TxProducer, Pace.Poll, InjectedBug.IndexBeforeSlot, Verdict.Torn, Verdict.Twice)]
    [TestCase(Role.TxConsumer, Pace.Poll, InjectedBug.EarlyRelease, Verdict.Torn, Verdict.Lost)]
    [TestCase(Role.TxProducer, Pace.Litmus, InjectedBug.NoFence, Verdict.LostDoorbell, Verdict.LostDoorbell)]
    [TestCase(Role.TxConsumer, Pace.FreeLitmus, InjectedBug.NoFence, Verdict.LostDoorbell, Verdict.LostDoorbell)]
    public async Task ARuleThatTheGuestBreaksIsCaught(Role guest, Pace pace, InjectedBug bug, Verdict one, Verdict other)
    {
        var clock = Stopwatch.StartNew();
        Verdict found;
        do
            found = await Guest.RunAsync(guest, pace, start: 0, Frames, bug);
        while (found == Verdict.Intact && clock.Elapsed < CatchWithin);

        Assert.That(found, Is.AnyOf(one, other));
    }
}
