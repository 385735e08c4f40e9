using ShmWifi.Dot11;
using ShmWifi.Hwsim.Radios;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class RadioAnnouncementTests
{
    private static readonly MacAddress Transmitter = MacAddress.Parse("42:00:00:00:00:00");
    private static readonly MacAddress Own = MacAddress.Parse("02:00:00:00:00:00");
    private static readonly MacAddress Random = MacAddress.Parse("02:aa:bb:cc:dd:ee");

    [Test]
    public void TheHostIsToldEverythingFromTheStart()
    {
        using var rig = new InjectorRig();
        rig.Radios.Apply([Snapshot(1, "phy0", addresses: Own)]);
        Assert.That(Said(rig), Is.EqualTo(new[] { "Hello 0", "RadioAdd 0 42:00:00:00:00:00 None phy0", "AddressAdd 0 02:00:00:00:00:00" }));
        Assert.That(Said(rig), Is.Empty, "nothing new");
    }

    [Test]
    public void AScanUnderAnAddressOfItsOwnComesAndGoes()
    {
        using var rig = new InjectorRig();
        Radio radio = Known(rig, Own);
        rig.Radios.SetDriverAddress(radio, Random, isWanted: true);
        Assert.That(Said(rig), Is.EqualTo(new[] { "AddressAdd 0 02:aa:bb:cc:dd:ee" }));
        rig.Radios.SetDriverAddress(radio, Random, isWanted: false);
        Assert.That(Said(rig), Is.EqualTo(new[] { "AddressDel 0 02:aa:bb:cc:dd:ee" }));
    }

    [Test]
    public void TheEndOfAScanUnderTheInterfacesAddressDropsNothing()
    {
        using var rig = new InjectorRig();
        Radio radio = Known(rig, Own);
        rig.Radios.SetDriverAddress(radio, Own, isWanted: true);  // the interface went up
        rig.Radios.SetDriverAddress(radio, Own, isWanted: true);  // scan
        rig.Radios.SetDriverAddress(radio, Own, isWanted: false); // scan ended
        Assert.That(Said(rig), Is.Empty);
        rig.Radios.Apply([Snapshot(1, "phy0")]);                  // the interface went down
        Assert.That(Said(rig), Is.EqualTo(new[] { "AddressDel 0 02:00:00:00:00:00" }));
    }

    [Test]
    public void AnAddressThatComesAndGoesUnsaidIsNotSaid()
    {
        using var rig = new InjectorRig();
        Radio radio = Known(rig, Own);
        rig.Radios.SetDriverAddress(radio, Random, isWanted: true);
        rig.Radios.SetDriverAddress(radio, Random, isWanted: false);
        Assert.That(Said(rig), Is.Empty);
        Assert.That(radio.Addresses, Has.Count.EqualTo(1));
    }

    [Test]
    public void AMonitorAndANameAreToldAnew()
    {
        using var rig = new InjectorRig();
        Known(rig, Own);
        rig.Radios.Apply([Snapshot(1, "radio0", hasMonitor: true, Own)]);
        Assert.That(Said(rig), Is.EqualTo(new[] { "RadioAdd 0 42:00:00:00:00:00 Monitor air0" }));
    }

    [Test]
    public void ANumberIsUsedAgainOnlyAfterTheHostKnowsThatItsRadioIsGone()
    {
        using var rig = new InjectorRig();
        Known(rig, Own);
        rig.Radios.Apply([Snapshot(2, "phy1")]);
        Assert.That(Said(rig), Is.EqualTo(new[] { "RadioDel 0", "RadioAdd 1 42:00:00:00:00:00 None phy1" }));
        rig.Radios.Apply([Snapshot(2, "phy1"), Snapshot(3, "phy2")]);
        Assert.That(Said(rig), Is.EqualTo(new[] { "RadioAdd 0 42:00:00:00:00:00 None phy2" }));
    }

    [Test]
    public void AHostThatAsksIsToldEverythingAgain()
    {
        using var rig = new InjectorRig();
        Known(rig, Own);
        rig.HostPosts(new RxDescriptor { Kind = RingKind.Announce });
        rig.Rx.Drain();
        Assert.That(Said(rig), Is.EqualTo(new[] { "Hello 0", "RadioAdd 0 42:00:00:00:00:00 None phy0", "AddressAdd 0 02:00:00:00:00:00" }));
    }

    [Test]
    public void WhatDoesNotFitTheRingIsSaidLater()
    {
        using var rig = new InjectorRig();
        MacAddress[] addresses = [.. Enumerable.Range(1, 40).Select(i => new MacAddress(0x020000000000UL + (ulong)i))];
        rig.Radios.Apply([Snapshot(1, "phy0", addresses: addresses)]);
        var said = new List<string>();
        for (int round = 0; rig.Radios.IsDirty; round++)
        {
            Assert.That(round, Is.LessThan(5));
            said.AddRange(Said(rig));
        }
        Assert.That(said, Has.Count.EqualTo(42));
        Assert.That(said, Is.Unique);
    }

    [Test]
    public void RadiosBeyondThePortsNumbersAreRefused()
    {
        var radios = new RadioTable();
        radios.Apply([.. Enumerable.Range(0, 66).Select(i => Snapshot((uint)i, $"phy{i}"))]);
        Assert.That((radios.Count, radios.Refused), Is.EqualTo((Abi.MaxRadios, 2)));
    }

    private static Radio Known(InjectorRig rig, params MacAddress[] addresses)
    {
        rig.Radios.Apply([Snapshot(1, "phy0", addresses: addresses)]);
        Said(rig);
        return rig.Radios.Find(0)!;
    }

    private static RadioSnapshot Snapshot(uint id, string name, bool hasMonitor = false, params MacAddress[] addresses) =>
        new(id, name, Transmitter, hasMonitor, addresses);

    private static List<string> Said(InjectorRig rig)
    {
        rig.Announcer.Pump();
        rig.Slots.Publish();
        return [.. rig.TakeAll().Select(slot => slot.Kind switch
        {
            RingKind.RadioAdd => $"RadioAdd {slot.Radio} {slot.Address} {(RadioFlags)slot.Flags} {System.Text.Encoding.UTF8.GetString(slot.Payload)}",
            RingKind.AddressAdd or RingKind.AddressDel => $"{slot.Kind} {slot.Radio} {slot.Address}",
            _ => $"{slot.Kind} {slot.Radio}",
        })];
    }
}
