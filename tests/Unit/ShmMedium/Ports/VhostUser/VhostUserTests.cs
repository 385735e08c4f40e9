using ShmWifi.Configuration;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Ports.Sockets;
using ShmWifi.ShmMedium.Ports.VhostUser;
using ShmWifi.ShmMedium.Telemetry;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports.VhostUser;

/// <summary>Guests whose front ends speak vhost-user, on the medium of a whole daemon: among themselves and with ivshmem VMs.</summary>
public sealed class VhostUserTests
{
    private const string Rings = "{ ports: 8, txSlots: 64, rxDescriptors: 1024, poolSlots: 1024 }";

    /// <summary>addresses[1] of the first radio of each guest: they are all equal.</summary>
    private static readonly MacAddress s_radio = MacAddress.Parse("42:00:00:00:00:00");

    [Test]
    public void AFrontEndThatSetsUpAsUmlDoesIsAVmOfItsKind()
    {
        using var daemon = NewDaemon(Isolation.Shared);
        using var guest = daemon.StartFrontEnd("uml1");
        guest.SendAddress(s_radio, Address(1));
        Deadline.Until(() => daemon.Daemon.Engine.Radios.Radios.Length == 1, "the radio");
        Deadline.Until(() => daemon.Log.Count("vm-attached") == 1, "what the log says");

        var vm = VmSnapshot.Of(daemon.Daemon.Engine.Ports.Single());
        using (Assert.EnterMultipleScope())
        {
            Assert.That((vm.Name, vm.Kind, vm.Path, vm.State), Is.EqualTo(("uml1", "vhost-user", (string?)null, "ready")));
            Assert.That(vm.Radios.Single().Name, Is.EqualTo("radio0"));
            Assert.That(vm.Radios.Single().Addresses, Is.EqualTo(new[] { Address(1).ToString() }));
            Assert.That(daemon.Log.Events.Single(e => e.Event == "vm-attached").Message, Does.Contain("front end pid"));
        }
    }

    [Test]
    public void AFrameComesToTheOtherGuestAndItsStatusBack(
        [Values] Isolation isolation, [Values] bool isFirstSealed, [Values] bool isSecondSealed)
    {
        using var daemon = NewDaemon(isolation);
        using var a = Start(daemon, "uml1", Address(1), isFirstSealed);
        using var b = Start(daemon, "uml2", Address(2), isSecondSealed);
        byte[] frame = Numbered(Address(2), Address(1), 7, bodyLength: 301); // not a multiple of 4

        a.SendFrame(s_radio, frame, cookie: 1);

        var received = b.Receive(HwsimCommand.Frame);
        Assert.That(received.Frame, Is.EqualTo(frame));
        Assert.That(received.Receiver, Is.EqualTo(s_radio));
        var status = a.Receive(HwsimCommand.TxInfoFrame);
        Assert.That((status.Cookie, status.IsAcked), Is.EqualTo((1UL, true)));
    }

    [Test]
    public void AGuestWhoseHwsimIsLoadedAgainIsServedAndTheMemoryOfItsOldQueuesLeftAlone([Values] bool isSealed)
    {
        using var daemon = NewDaemon(Isolation.Shared);
        using var a = Start(daemon, "uml1", Address(1), isSealed);
        using var b = Start(daemon, "uml2", Address(2));
        a.SendFrame(s_radio, Data(Address(2), Address(1)), cookie: 1);
        _ = a.Receive(HwsimCommand.TxInfoFrame);
        a.SendFrame(s_radio, Data(Address(2), Address(1)), cookie: 2); // whatever becomes of its status

        var freed = a.Reload();
        a.SendAddress(s_radio, Address(1));
        Settle(a, Address(1));
        a.SendFrame(s_radio, Data(Address(2), Address(1)), cookie: 3);

        var status = a.Receive(HwsimCommand.TxInfoFrame);
        Assert.That((status.Cookie, status.IsAcked), Is.EqualTo((3UL, true)));
        Assert.That(freed.ContainsAnyExcept(SimulatedFrontEnd.Freed), Is.False);
    }

    [Test]
    public void AFrameToNobodyIsNotAcknowledged()
    {
        using var daemon = NewDaemon(Isolation.Shared);
        using var a = Start(daemon, "uml1", Address(1));
        using var b = Start(daemon, "uml2", Address(2));

        a.SendFrame(s_radio, Data(Address(3), Address(1)), cookie: 1);

        Assert.That(a.Receive(HwsimCommand.TxInfoFrame).IsAcked, Is.False);
        Assert.That(b.CountReceived(HwsimCommand.Frame), Is.Zero);
    }

    [Test]
    public void AScanUnderTheInterfacesOwnAddressDoesNotTakeItAway()
    {
        using var daemon = NewDaemon(Isolation.Shared);
        using var a = Start(daemon, "uml1", Address(1));
        using var b = Start(daemon, "uml2", Address(2));

        b.SendAddress(s_radio, Address(2));
        b.SendAddress(s_radio, Address(2), isAdded: false);
        Settle(b, Address(2));
        a.SendFrame(s_radio, Data(Address(2), Address(1)), cookie: 1);
        Assert.That(a.Receive(HwsimCommand.TxInfoFrame).IsAcked, Is.True, "after a scan");

        b.SendAddress(s_radio, Address(2), isAdded: false);
        Settle(b, Address(2));
        a.SendFrame(s_radio, Data(Address(2), Address(1)), cookie: 2);
        Assert.That(a.Receive(HwsimCommand.TxInfoFrame).IsAcked, Is.False, "the interface is down");
    }

    [Test]
    public void IvshmemAndVhostUserGuestsMeet([Values] Isolation isolation)
    {
        using var daemon = NewDaemon(isolation);
        using var a = Start(daemon, "uml1", Address(1));
        var b = daemon.Attach(Address(9));
        byte[] there = Numbered(Address(9), Address(1), 1, bodyLength: 200), back = Numbered(Address(1), Address(9), 2, bodyLength: 700);

        a.SendFrame(s_radio, there, cookie: 1);
        var received = b.Receive();
        Assert.That((received.Descriptor.Kind, received.Payload), Is.EqualTo((RingKind.Frame, there)));
        Assert.That(a.Receive(HwsimCommand.TxInfoFrame).IsAcked, Is.True);

        b.SendFrame(0, back);
        Assert.That(a.Receive(HwsimCommand.Frame).Frame, Is.EqualTo(back));
    }

    [Test]
    public void ManyFramesComeWholeInOrderAndWithFewInterrupts([Values] Isolation isolation, [Values] bool isSealed)
    {
        const uint Frames = 3000, Open = 32; // several times around each ring
        using var daemon = NewDaemon(isolation);
        using var a = Start(daemon, "uml1", Address(1), isSealed);
        using var b = Start(daemon, "uml2", Address(2), isSealed);
        _ = a.CountInterrupts(0);
        uint sent = 0, acked = 0, received = 0;
        while (acked < Frames || received < Frames)
        {
            for (; sent < Frames && sent - acked < Open; sent++)
                a.SendFrame(s_radio, Numbered(Address(2), Address(1), sent, bodyLength: (int)(sent % 1500) + 8), cookie: sent);
            var status = a.Receive(HwsimCommand.TxInfoFrame);
            Assert.That((status.Cookie, status.IsAcked), Is.EqualTo(((ulong)acked++, true)));
            var frame = b.Receive(HwsimCommand.Frame);
            Assert.That(NumberOf(frame.Frame), Is.EqualTo(received++));
        }
        Assert.That(a.CountInterrupts(0), Is.LessThanOrEqualTo(Frames / 32), "what was sent goes back in lots");
    }

    [Test]
    public void WhatAGuestHasNoBufferForWaitsForIt()
    {
        const uint Frames = 300; // more than the queue has buffers
        using var daemon = NewDaemon(Isolation.Shared);
        using var a = Start(daemon, "uml1", Address(1));
        using var b = Start(daemon, "uml2", Address(2));
        for (uint i = 0; i < Frames; i++)
        {
            a.SendFrame(s_radio, Numbered(Address(2), Address(1), i, bodyLength: 100), cookie: i);
            _ = a.TryPoll();
        }
        Deadline.Until(() => b.Taken.Used == b.Taken.Available, "all buffers of the receiver are used");

        for (uint i = 0; i < Frames; i++)
            Assert.That(NumberOf(b.Receive(HwsimCommand.Frame).Frame), Is.EqualTo(i));
        for (uint i = 0; i < Frames; i++)
            Assert.That(a.Receive(HwsimCommand.TxInfoFrame).IsAcked, Is.True);
    }

    [Test]
    public void WhatFindsNoBufferThatIsLongEnoughIsToldAmongTheDrops()
    {
        const int Most = 512; // twice around the queue: all descriptors have been read anew
        using var daemon = NewDaemon(Isolation.Shared);
        using var a = Start(daemon, "uml1", Address(1));
        using var b = Start(daemon, "uml2", Address(2));
        for (int i = 0; i < b.Taken.Length; i++)
            b.Taken[i] = b.Taken[i] with { Length = 16 }; // a netlink header
        ulong Drops() => VmSnapshot.Of(daemon.Daemon.Engine.Ports.Single(p => p.Name == "uml2")).Drops["guestBuffer"];

        for (uint i = 0; i < Most && Drops() == 0; i++)
        {
            a.SendFrame(s_radio, Numbered(Address(2), Address(1), i, bodyLength: 100), cookie: i);
            _ = a.Receive(HwsimCommand.TxInfoFrame);
            _ = b.TryPoll();
        }

        Assert.That(Drops(), Is.Positive);
        Assert.That(daemon.Log.Count("front-end-broken"), Is.Zero);
    }

    [Test]
    public void AFrontEndThatComesTooOftenWaitsAndThatIsToldOnce()
    {
        using var daemon = NewDaemon(Isolation.Shared);
        for (int i = 0; i < VmSocket.AttachBurst + 2; i++)
        {
            using var guest = daemon.ConnectFrontEnd("uml1");
            _ = guest.Ask(VhostUserRequest.GetFeatures);
        }

        Assert.That(daemon.Log.Count("attaches-held"), Is.EqualTo(1));
    }

    [Test]
    public void AFrontEndThatWasKilledComesBack()
    {
        using var daemon = NewDaemon(Isolation.PerVm);
        using var a = Start(daemon, "uml1", Address(1));
        for (int life = 0; life < 5; life++)
        {
            using var b = Start(daemon, "uml2", Address(2));
            a.SendFrame(s_radio, Data(Address(2), Address(1)), cookie: 1);
            Assert.That(a.Receive(HwsimCommand.TxInfoFrame).IsAcked, Is.True, "it lives");
            b.Kill();
            Deadline.Until(() => daemon.Daemon.Engine.Ports.Count == 1, "its port is gone");
            a.SendFrame(s_radio, Data(Address(2), Address(1)), cookie: 2);
            Assert.That(a.Receive(HwsimCommand.TxInfoFrame).IsAcked, Is.False, "it is dead");
        }
        Assert.That(daemon.Log.Count("front-end-broken"), Is.Zero, "each front end may end");
    }

    [Test]
    public void AGuestThatStartsItsDriverAgainIsServedOn()
    {
        using var daemon = NewDaemon(Isolation.Shared);
        using var a = Start(daemon, "uml1", Address(1));
        using var b = Start(daemon, "uml2", Address(2));
        a.SendFrame(s_radio, Data(Address(2), Address(1)), cookie: 1);
        Assert.That(a.Receive(HwsimCommand.TxInfoFrame).IsAcked, Is.True);

        ulong next = a.Ask(VhostUserRequest.GetVringBase, SimulatedFrontEnd.Pair(0, 0));
        Assert.That(next, Is.EqualTo((ulong)a.Sent.Available << 32), "all that was sent has been taken");
        Assert.That(a.Sent.Used, Is.EqualTo(a.Sent.Available), "and given back");
        Deadline.Until(() => daemon.Daemon.Engine.Radios.Radios.Length == 1, "its radio is gone");

        a.SetUpQueue(0, a.Sent, (ushort)(next >> 32));
        a.StartQueue(0);
        a.SendAddress(s_radio, Address(1));
        Deadline.Until(() => daemon.Daemon.Engine.Radios.Radios.Length == 2, "its radio is back");
        a.SendFrame(s_radio, Data(Address(2), Address(1)), cookie: 2);
        Assert.That(a.Receive(HwsimCommand.TxInfoFrame).IsAcked, Is.True);
    }

    [Test]
    public void OfADriverThatWasServedBeforeWhatARadioSendsAsIsItsAddress()
    {
        using var daemon = NewDaemon(Isolation.Shared);
        using var a = Start(daemon, "uml1", Address(1));
        using var b = daemon.StartFrontEnd("uml2"); // whose interface went up before its queues were taken over
        b.SendAddress(s_radio, Address(4), isAdded: false);
        Deadline.Until(() => daemon.Daemon.Engine.Radios.Radios.Length == 2, "its queue has been served");
        ulong next = b.Ask(VhostUserRequest.GetVringBase, SimulatedFrontEnd.Pair(0, 0));
        b.SetUpQueue(0, b.Sent, (ushort)(next >> 32));
        b.StartQueue(0);
        b.SendFrame(s_radio, Data(Address(1), Address(2)), cookie: 1);
        Deadline.Until(() => daemon.Daemon.Engine.Radios.Radios.Any(r => r.Owns(Address(2))), "the address");

        a.SendFrame(s_radio, Data(Address(2), Address(1)), cookie: 1);
        Assert.That(a.Receive(HwsimCommand.TxInfoFrame).IsAcked, Is.True);

        a.SendFrame(s_radio, Data(Address(2), Address(3)), cookie: 2);
        Assert.That(a.Receive(HwsimCommand.TxInfoFrame).IsAcked, Is.True);
        b.SendFrame(s_radio, Data(Address(3), Address(2)), cookie: 2);
        Deadline.Until(() => b.CountReceived(HwsimCommand.TxInfoFrame) == 2, "both statuses");
        _ = b.Receive(HwsimCommand.TxInfoFrame);
        Assert.That(b.Receive(HwsimCommand.TxInfoFrame).IsAcked, Is.False, "a driver that was not served before tells all its addresses");
    }

    [Test]
    public void AMessageMayLieInSeveralPiecesAndBehindATable()
    {
        using var daemon = NewDaemon(Isolation.Shared);
        using var a = Start(daemon, "uml1", Address(1));
        using var b = Start(daemon, "uml2", Address(2));
        byte[] frame = Numbered(Address(2), Address(1), 1, bodyLength: 500);

        a.SendFrame(s_radio, frame, cookie: 1);
        Assert.That(b.Receive(HwsimCommand.Frame).Frame, Is.EqualTo(frame), "as a whole");

        // The same message again, from where it still lies: in three pieces, in a table of their own.
        int message = (a.Sent.Available - 1) % a.Sent.Length;
        const int Table = 200;
        var pieces = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, SimulatedDriver.Descriptor>(a.Sent.Buffer(Table));
        pieces[0] = new(a.Sent.AddressOf(message), 10, SimulatedDriver.Descriptor.HasNext, 2);
        pieces[2] = new(a.Sent.AddressOf(message) + 10, 100, SimulatedDriver.Descriptor.HasNext, 1);
        pieces[1] = new(a.Sent.AddressOf(message) + 110, 3000, 0, 0);
        a.Sent[Table] = new(a.Sent.AddressOf(Table), (uint)(3 * 16), SimulatedDriver.Descriptor.IsIndirect, 0);
        a.Sent.Post(Table);

        Assert.That(b.Receive(HwsimCommand.Frame).Frame, Is.EqualTo(frame), "in pieces");
    }

    [Test]
    public void MemoryThatIsCutEndsThePortAndNotTheDaemon()
    {
        using var daemon = NewDaemon(Isolation.Shared);
        using var a = Start(daemon, "uml1", Address(1));
        using var b = Start(daemon, "uml2", Address(2));
        using var c = Start(daemon, "uml3", Address(3));

        b.Cut(0);
        a.SendFrame(s_radio, Data(Address(2), Address(1)), cookie: 1);

        Deadline.Until(() => daemon.Log.Count("front-end-broken") == 1, "its end");
        Assert.That(daemon.Log.Events.Single(e => e.Event == "front-end-broken").Message, Does.Contain("memory is gone"));
        Deadline.Until(() => b.IsClosed, "its connection is closed");
        a.SendFrame(s_radio, Data(Address(3), Address(1)), cookie: 2);
        Assert.That(c.Receive(HwsimCommand.Frame).Frame, Has.Length.EqualTo(HeaderLength), "others are served");
        Assert.That(daemon.Failures, Is.Empty);
    }

    private static TestDaemon NewDaemon(Isolation isolation) => new(isolation, Rings, frontEnds: ["uml1", "uml2", "uml3"]);

    /// <summary>A guest with a radio whose interface is up.</summary>
    private static SimulatedFrontEnd Start(TestDaemon daemon, string name, MacAddress address, bool isSealed = false)
    {
        var guest = daemon.StartFrontEnd(name, isSealed);
        guest.SendAddress(s_radio, address);
        Settle(guest, address);
        Deadline.Until(() => daemon.Daemon.Engine.Radios.Radios.Any(r => r.Port.Name == name && r.Owns(address)), $"the radio of {name}");
        return guest;
    }

    /// <summary>Waits until the medium knows what a guest has told: it has the status of a frame to nobody.</summary>
    private static void Settle(SimulatedFrontEnd guest, MacAddress address)
    {
        guest.SendFrame(s_radio, Data(Address(255), address), cookie: 1000);
        while (guest.Receive(HwsimCommand.TxInfoFrame).Cookie != 1000)
        {
        }
    }
}
