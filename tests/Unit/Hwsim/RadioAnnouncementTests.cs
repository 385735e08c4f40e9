using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
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
        using var harness = new InjectorHarness();
        harness.Radios.Apply([Snapshot(1, "phy0", addresses: Own)]);
        Assert.That(Said(harness), Is.EqualTo(new[] { "Hello 0", "RadioAdd 0 42:00:00:00:00:00 None phy0", "AddressAdd 0 02:00:00:00:00:00" }));
        Assert.That(Said(harness), Is.Empty, "nothing new");
    }

    [Test]
    public void AScanUnderAnAddressOfItsOwnComesAndGoes()
    {
        using var harness = new InjectorHarness();
        var radio = Known(harness, Own);
        harness.Radios.SetDriverAddress(radio, Random, isWanted: true);
        Assert.That(Said(harness), Is.EqualTo(new[] { "AddressAdd 0 02:aa:bb:cc:dd:ee" }));
        harness.Radios.SetDriverAddress(radio, Random, isWanted: false);
        Assert.That(Said(harness), Is.EqualTo(new[] { "AddressDel 0 02:aa:bb:cc:dd:ee" }));
    }

    [Test]
    public void TheEndOfAScanUnderTheInterfacesAddressDropsNothing()
    {
        using var harness = new InjectorHarness();
        var radio = Known(harness, Own);
        harness.Radios.SetDriverAddress(radio, Own, isWanted: true);  // the interface went up
        harness.Radios.SetDriverAddress(radio, Own, isWanted: true);  // scan
        harness.Radios.SetDriverAddress(radio, Own, isWanted: false); // scan ended
        Assert.That(Said(harness), Is.Empty);
        harness.Radios.Apply([Snapshot(1, "phy0")]);                  // the interface went down
        Assert.That(Said(harness), Is.EqualTo(new[] { "AddressDel 0 02:00:00:00:00:00" }));
    }

    [Test]
    public void AnAddressThatComesAndGoesUnsaidIsNotSaid()
    {
        using var harness = new InjectorHarness();
        var radio = Known(harness, Own);
        harness.Radios.SetDriverAddress(radio, Random, isWanted: true);
        harness.Radios.SetDriverAddress(radio, Random, isWanted: false);
        Assert.That(Said(harness), Is.Empty);
        Assert.That(radio.Addresses, Has.Count.EqualTo(1));
    }

    /// <summary>While nobody takes what is said, a station scans under one random address after the other.</summary>
    [Test]
    public void AddressesDoNotPileUpWhileTheHostIsAway()
    {
        using var harness = new InjectorHarness();
        var radio = Known(harness, Own);
        harness.Radios.StartAnew(); // the host went
        for (int scan = 0; scan < 1000; scan++)
        {
            var address = new MacAddress(0x02aa00000000UL + (ulong)scan);
            harness.Radios.SetDriverAddress(radio, address, isWanted: true);
            harness.Radios.SetDriverAddress(radio, address, isWanted: false);
        }
        Assert.That(radio.Addresses, Has.Count.EqualTo(1));
        Assert.That(Said(harness), Is.EqualTo(new[] { "Hello 0", "RadioAdd 0 42:00:00:00:00:00 None phy0", "AddressAdd 0 02:00:00:00:00:00" }));
    }

    [Test]
    public void AnAddressThatTheHostKnowsIsTakenBackThoughItIsAwayMeanwhile()
    {
        using var harness = new InjectorHarness();
        var radio = Known(harness, Own);
        harness.Radios.SetDriverAddress(radio, Random, isWanted: true);
        Said(harness);
        harness.Radios.SetDriverAddress(radio, Random, isWanted: false);
        Assert.That(radio.Addresses, Has.Count.EqualTo(2), "the host must still be told");
        harness.Radios.StartAnew();
        Assert.That(radio.Addresses, Has.Count.EqualTo(1), "it knows nothing any more");
    }

    [Test]
    public void RadiosThatComeAndGoWhileTheHostIsAwayTakeNoNumbers()
    {
        using var harness = new InjectorHarness();
        Known(harness, Own);
        harness.Radios.StartAnew(); // the host went
        for (uint id = 2; id < 3 * Abi.MaxRadios; id++)
            harness.Radios.Apply([Snapshot(id, $"phy{id}")]);
        Assert.That((harness.Radios.Count, harness.Radios.Refused), Is.EqualTo((1, 0)));
    }

    [Test]
    public void AMonitorAndANameAreToldAnew()
    {
        using var harness = new InjectorHarness();
        Known(harness, Own);
        harness.Radios.Apply([Snapshot(1, "radio0", hasMonitor: true, Own)]);
        Assert.That(Said(harness), Is.EqualTo(new[] { "RadioAdd 0 42:00:00:00:00:00 Monitor radio0" }));
    }

    [Test]
    public void ANumberIsUsedAgainOnlyAfterTheHostKnowsThatItsRadioIsGone()
    {
        using var harness = new InjectorHarness();
        Known(harness, Own);
        harness.Radios.Apply([Snapshot(2, "phy1")]);
        Assert.That(Said(harness), Is.EqualTo(new[] { "RadioDel 0", "RadioAdd 1 42:00:00:00:00:00 None phy1" }));
        harness.Radios.Apply([Snapshot(2, "phy1"), Snapshot(3, "phy2")]);
        Assert.That(Said(harness), Is.EqualTo(new[] { "RadioAdd 0 42:00:00:00:00:00 None phy2" }));
    }

    [Test]
    public void AHostThatAsksIsToldEverythingAgain()
    {
        using var harness = new InjectorHarness();
        Known(harness, Own);
        harness.HostPosts(new RxDescriptor { Kind = RingKind.Announce });
        harness.Rx.Drain();
        Assert.That(Said(harness), Is.EqualTo(new[] { "Hello 0", "RadioAdd 0 42:00:00:00:00:00 None phy0", "AddressAdd 0 02:00:00:00:00:00" }));
    }

    [Test]
    public void WhatDoesNotFitTheRingIsSaidLater()
    {
        using var harness = new InjectorHarness();
        MacAddress[] addresses = [.. Enumerable.Range(1, 40).Select(i => new MacAddress(0x020000000000UL + (ulong)i))];
        harness.Radios.Apply([Snapshot(1, "phy0", addresses: addresses)]);
        var said = new List<string>();
        for (int round = 0; harness.Radios.IsDirty; round++)
        {
            Assert.That(round, Is.LessThan(5));
            said.AddRange(Said(harness));
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

    [Test]
    public void TransmitPowerIsToldWhenItChangesAndToAHostThatComesBack()
    {
        using var harness = new InjectorHarness();
        harness.Radios.Apply([Snapshot(1, "phy0", addresses: Own) with { TxPowerDbm = 20 }]);
        string[] all =
            ["Hello 0", "RadioAdd 0 42:00:00:00:00:00 None phy0", "RadioTxPower 0 20", "AddressAdd 0 02:00:00:00:00:00"];
        Assert.That(Said(harness), Is.EqualTo(all));
        harness.Radios.Apply([Snapshot(1, "phy0", addresses: Own) with { TxPowerDbm = 20 }]);
        Assert.That(Said(harness), Is.Empty, "as it was");
        harness.Radios.Apply([Snapshot(1, "phy0", addresses: Own) with { TxPowerDbm = -5 }]);
        Assert.That(Said(harness), Is.EqualTo(new[] { "RadioTxPower 0 -5" }));
        harness.Radios.Apply([Snapshot(1, "phy0", addresses: Own)]);
        Assert.That(Said(harness), Is.Empty, "what its kernel no longer tells stays");
        harness.Radios.StartAnew();
        all[2] = "RadioTxPower 0 -5";
        Assert.That(Said(harness), Is.EqualTo(all));
    }

    [Test]
    public void AHostThatDoesNotTakeTransmitPowerIsNotToldIt()
    {
        using var harness = new InjectorHarness(RegionFeatures.None);
        harness.Radios.Apply([Snapshot(1, "phy0", addresses: Own) with { TxPowerDbm = 20 }]);
        Assert.That(Said(harness), Has.None.StartsWith("RadioTxPower").And.Count.EqualTo(3));
    }

    [Test]
    public void ASpacingIsToldOnceItIsNotTheUsualOneAndToAHostThatComesBack()
    {
        using var harness = new InjectorHarness();
        harness.Radios.Apply([Snapshot(1, "phy0", addresses: Own) with { Spacing = ChannelSpacing.Mhz20 }]);
        Assert.That(Said(harness), Has.None.StartsWith("RadioSpacing").And.Count.EqualTo(3), "the host knows");
        harness.Radios.Apply([Snapshot(1, "phy0", addresses: Own) with { Spacing = ChannelSpacing.Mhz10 }]);
        Assert.That(Said(harness), Is.EqualTo(new[] { "RadioSpacing 0 10" }));
        harness.Radios.Apply([Snapshot(1, "phy0", addresses: Own)]);
        Assert.That(Said(harness), Is.Empty, "without a channel it stays");
        harness.Radios.StartAnew();
        Assert.That(Said(harness), Has.Member("RadioSpacing 0 10").And.Count.EqualTo(4));
        harness.Radios.Apply([Snapshot(1, "phy0", addresses: Own) with { Spacing = ChannelSpacing.Mhz20 }]);
        Assert.That(Said(harness), Is.EqualTo(new[] { "RadioSpacing 0 20" }));
    }

    [Test]
    public void AHostThatDoesNotTakeSpacingIsNotToldIt()
    {
        using var harness = new InjectorHarness(RegionFeatures.TxPower);
        harness.Radios.Apply([Snapshot(1, "phy0", addresses: Own) with { Spacing = ChannelSpacing.Mhz10 }]);
        Assert.That(Said(harness), Has.None.StartsWith("RadioSpacing").And.Count.EqualTo(3));
    }

    private static Radio Known(InjectorHarness harness, params MacAddress[] addresses)
    {
        harness.Radios.Apply([Snapshot(1, "phy0", addresses: addresses)]);
        Said(harness);
        return harness.Radios.Find(0)!;
    }

    private static RadioSnapshot Snapshot(uint id, string name, bool hasMonitor = false, params MacAddress[] addresses) =>
        new(id, name, Transmitter, hasMonitor, addresses, TxPowerDbm: null, Spacing: null);

    private static List<string> Said(InjectorHarness harness)
    {
        harness.Announcer.Pump();
        harness.Slots.Publish();
        return [.. harness.TakeAll().Select(slot => slot.Kind switch
        {
            RingKind.RadioAdd => $"RadioAdd {slot.Radio} {slot.Address} {(RadioFlags)slot.Flags} {System.Text.Encoding.UTF8.GetString(slot.Payload)}",
            RingKind.AddressAdd or RingKind.AddressDel => $"{slot.Kind} {slot.Radio} {slot.Address}",
            RingKind.RadioTxPower => $"{slot.Kind} {slot.Radio} {slot.TxPowerDbm}",
            RingKind.RadioSpacing => $"{slot.Kind} {slot.Radio} {slot.SpacingMhz}",
            _ => $"{slot.Kind} {slot.Radio}",
        })];
    }
}
