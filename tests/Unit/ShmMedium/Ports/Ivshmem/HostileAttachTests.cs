using System.Diagnostics;
using ShmWifi.Configuration;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports.Ivshmem;

/// <summary>A real shm-medium, and a QEMU that attaches without end: others' VMs are served; log, connections and descriptors stay bounded.</summary>
public sealed class HostileAttachTests
{
    private const string TwoVms = """
        vms:
          - {name: hostile, socket: hostile.sock}
          - {name: honest, socket: honest.sock}
        geometry: {ports: 2, txSlots: 64, rxDescriptors: 128, poolSlots: 32}

        """;

    [Test]
    public void AttachesOfASocketHaveARateAndOthersDoNotWait([Values("shared", "per-vm")] string isolation)
    {
        using var medium = MediumProcess.StartConfigured($"{TwoVms}isolation: {isolation}\n");
        int attached = 0;
        bool isOver = false;
        var flood = Task.Factory.StartNew(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                using var vm = new IvshmemClient(medium.PathOf("hostile.sock"));
                Interlocked.Increment(ref attached);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var clock = Stopwatch.StartNew();
        Deadline.Until(() => Volatile.Read(ref attached) >= VmSocket.AttachBurst, "the burst");
        Thread.Sleep(2000);
        var honest = Stopwatch.StartNew();
        using (var vm = SimulatedGuest.Connect(medium.PathOf("honest.sock")))
        {
            Assert.That(vm.IsRefused, Is.False);
            Assert.That(honest.Elapsed, Is.LessThan(TimeSpan.FromSeconds(1)), "it does not wait behind the other");
        }
        Volatile.Write(ref isOver, true);
        flood.Wait();
        double allowed = VmSocket.AttachBurst + (VmSocket.AttachesPerSecond * clock.Elapsed.TotalSeconds) + 1;
        Assert.That(attached, Is.LessThanOrEqualTo(allowed), $"in {clock.Elapsed.TotalSeconds} s");
        Assert.That(medium.Error.Split("VMs that connect wait"), Has.Length.EqualTo(2), "said once");
    }

    [Test]
    public void ConnectionsOfASocketAreBoundedAndEachRefusedVmHasABlankRegionOfItsOwn()
    {
        using var medium = MediumProcess.StartConfigured(TwoVms);
        string socket = medium.PathOf("hostile.sock");
        using var served = new IvshmemClient(socket);
        Assert.That(served.IsRefused, Is.False);
        int before = Descriptors(medium);
        IvshmemClient[] refused = [.. Enumerable.Range(0, VmSocket.RefusedConnections).Select(_ => new IvshmemClient(socket))];
        Assert.That(refused.Select(r => r.IsRefused), Is.All.True);
        unsafe
        {
            *(ulong*)refused[0].Memory.Address = Abi.Magic;
        }
        Assert.That(refused.Skip(1).Select(r => r.IsRefused), Is.All.True, "what one writes, another does not see");

        var waiting = Task.Run(() => new IvshmemClient(socket));
        Assert.That(waiting.Wait(TimeSpan.FromMilliseconds(1000)), Is.False, "one more waits");
        Assert.That(Descriptors(medium), Is.LessThanOrEqualTo(before + refused.Length + 1), "a connection each, and the next blank region");
        using (var honest = new IvshmemClient(medium.PathOf("honest.sock")))
            Assert.That(honest.IsRefused, Is.False, "others do not");

        refused[0].Dispose();
        Assert.That(waiting.Result.IsRefused, Is.True);
        waiting.Result.Dispose();
        Array.ForEach(refused, r => r.Dispose());
        Deadline.Until(() => Descriptors(medium) <= before + 1, "all is given back");
    }

    [Test]
    public void PeerIdsThatWereNeverUsedComeFirst()
    {
        using var daemon = new TestDaemon(Isolation.Shared);
        uint last = 0;
        for (int i = 0; i < 100; i++)
        {
            using var vm = daemon.Connect();
            Assert.That(vm.PeerId, Is.GreaterThan(last), "the next that was never used");
            last = vm.PeerId;
            vm.Kill();
        }
    }

    [Test]
    public void ComingAndGoingFillsNoLog()
    {
        using var daemon = new TestDaemon(Isolation.Shared, "{ ports: 1, txSlots: 64, rxDescriptors: 128, poolSlots: 32 }");
        var vm = daemon.Attach();
        var offer = daemon.PortOf(vm).Offer;
        while (offer.Log.TryTake(MonotonicClock.NowNs, out _))
            continue;
        int before = daemon.Log.Events.Count;
        vm.Kill();
        Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 0, "it is gone");
        for (int i = 0; i < 10; i++)
        {
            using var next = daemon.Connect();
            next.Kill();
            Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 0, "it is gone");
        }
        Assert.That(daemon.Log.Events, Has.Count.LessThanOrEqualTo(before + 3), "a line a second");
    }

    private static int Descriptors(MediumProcess medium) => medium.Descriptors.Count;
}
