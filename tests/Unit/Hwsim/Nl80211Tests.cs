using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Netlink;
using ShmWifi.Hwsim.Radios;

namespace ShmWifi.Tests.Unit.Hwsim;

/// <summary>Interfaces as nl80211 lists them: attributes as nl80211.h has them, written down by hand.</summary>
public sealed class Nl80211Tests
{
    private const string Wlan0OfPhy7 = "0800" + "0300" + "02000000" // IFINDEX 2
        + "0A00" + "0400" + "776C616E30000000" // IFNAME "wlan0"
        + "0800" + "0100" + "07000000" // WIPHY 7
        + "0800" + "0500" + "02000000" // IFTYPE station
        + "0A00" + "0600" + "0200000000000000"; // MAC 02:00:00:00:00:00
    private const string Channel = "0800" + "2600" + "E4160000"; // WIPHY_FREQ 5860
    private const string Width10 = "0800" + "9F00" + "07000000"; // CHANNEL_WIDTH 10
    private const string Power = "0800" + "6200" + "D0070000"; // WIPHY_TX_POWER_LEVEL 2000 mBm

    private const string TwoLinks = "3800" + "3881" // MLO_LINKS, nested
        + "1800" + "0180" + "0500" + "3901" + "00000000" + "0A00" + "0600" + "0200000100000000" // link 0: MLO_LINK_ID, MAC
        + "1C00" + "0280" + "0500" + "3901" + "01000000" + "0A00" + "0600" + "0200000200000000" + "0400" + "2600"; // link 1, a frequency cut short

    private static readonly WirelessInterface s_wlan0 = new(7, 2, "wlan0", 2, MacAddress.Parse("02:00:00:00:00:00"), null, null);

    [Test]
    public void AnInterfaceWithoutAChannelHasNoPower() => Assert.That(Read(Wlan0OfPhy7 + Power), Is.EqualTo(new[] { s_wlan0 }));

    [Test]
    public void AChannelComesWithItsSpacingAndThePower() => Assert.That(
        Read(Wlan0OfPhy7 + Channel + Width10 + Power),
        Is.EqualTo(new[] { s_wlan0 with { TxPowerDbm = 20, Spacing = ChannelSpacing.Mhz10 } }));

    [Test]
    public void TheLinksOfAnMldHaveAddressesOfTheirOwn() => Assert.That(
        Read(Wlan0OfPhy7 + TwoLinks),
        Is.EqualTo(new[]
        {
            s_wlan0,
            s_wlan0 with { Address = MacAddress.Parse("02:00:00:01:00:00"), IsLink = true },
            s_wlan0 with { Address = MacAddress.Parse("02:00:00:02:00:00"), IsLink = true },
        }));

    [Test]
    public void WhatHasNoAddressIsNone() => Assert.That(Read("0800" + "0300" + "02000000" + "0800" + "0100" + "07000000"), Is.Empty);

    private static List<WirelessInterface> Read(string attributes)
    {
        List<WirelessInterface> interfaces = [];
        Nl80211.AddInterface(interfaces, new NetlinkAttributes(Convert.FromHexString(attributes)));
        return interfaces;
    }
}
