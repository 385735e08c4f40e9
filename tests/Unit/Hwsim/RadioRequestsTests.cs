using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Protocol;

namespace ShmWifi.Tests.Unit.Hwsim;

/// <summary>Bytes as mac80211_hwsim.h and netlink.h have them, written down by hand.</summary>
public sealed class RadioRequestsTests
{
    private static readonly MacAddress Address = MacAddress.Parse("02:53:57:00:01:02");

    private const string Measurements =
        "3C00" + "1A80" // PMSR_SUPPORT, nested
        + "0800" + "0100" + "08000000" // MAX_PEERS
        + "3000" + "0480" // TYPE_CAPA
        + "2C00" + "0180" // FTM
        + "0400" + "0100" // ASAP
        + "0400" + "0200" // NON_ASAP
        + "0800" + "0500" + "17000000" // PREAMBLES: legacy, HT, VHT, HE
        + "0800" + "0600" + "3F000000" // BANDWIDTHS: 20 without HT, 20, 40, 80, 80+80, 160
        + "0500" + "0700" + "00000000" // MAX_BURSTS_EXPONENT
        + "0500" + "0800" + "00000000"; // MAX_FTMS_PER_BURST: any

    [Test]
    public void ARadioThatStaysIsAskedForWithoutTheFlag() => Assert.That(
        Convert.ToHexString(RadioRequests.New(new byte[256], 0x21, sequence: 7, Address, "ap", isPersistent: true, RadioFeatures.None)),
        Is.EqualTo("6C000000" + "2100" + "0500" + "07000000" + "00000000" // nlmsghdr: 108 bytes, REQUEST | ACK
            + "04010000" // genlmsghdr: NEW_RADIO, version 1
            + "0800" + "0900" + "01000000" // CHANNELS 1
            + "0A00" + "1600" + "0253570001020000" // PERM_ADDR
            + "0600" + "1100" + "61700000" // RADIO_NAME "ap"
            + Measurements));

    [Test]
    public void ARadioOfTheSocketIsAskedForWithTheFlag() => Assert.That(
        Convert.ToHexString(RadioRequests.New(new byte[256], 0x21, sequence: 7, Address, name: null, isPersistent: false, RadioFeatures.None)),
        Is.EqualTo("68000000" + "2100" + "0500" + "07000000" + "00000000"
            + "04010000"
            + "0800" + "0900" + "01000000"
            + "0400" + "1000" // DESTROY_RADIO_ON_CLOSE
            + "0A00" + "1600" + "0253570001020000"
            + Measurements));

    [Test]
    public void ACustomRegulatoryDomainIsAskedForByItsPlace() => Assert.That(
        Convert.ToHexString(RadioRequests.New(new byte[256], 0x21, sequence: 7, Address, name: null, isPersistent: true, new() { Regulatory = 3 })),
        Is.EqualTo("6C000000" + "2100" + "0500" + "07000000" + "00000000"
            + "04010000"
            + "0800" + "0900" + "01000000"
            + "0A00" + "1600" + "0253570001020000"
            + "0800" + "0C00" + "02000000" // REG_CUSTOM_REG
            + Measurements));

    [Test]
    public void ARadioThatCanHaveAP2pDeviceIsAskedForWithItsFlag() => Assert.That(
        Convert.ToHexString(
            RadioRequests.New(new byte[256], 0x21, sequence: 7, Address, name: null, isPersistent: true, new() { SupportsP2pDevice = true })),
        Is.EqualTo("68000000" + "2100" + "0500" + "07000000" + "00000000"
            + "04010000"
            + "0800" + "0900" + "01000000"
            + "0400" + "0E00" // SUPPORT_P2P_DEVICE
            + "0A00" + "1600" + "0253570001020000"
            + Measurements));

    [Test]
    public void ARadioForEachBandIsAskedForWithItsFlag() => Assert.That(
        Convert.ToHexString(RadioRequests.New(
            new byte[256], 0x21, sequence: 7, Address, name: null, isPersistent: true, new() { Channels = 2, IsMultiRadio = true })),
        Is.EqualTo("68000000" + "2100" + "0500" + "07000000" + "00000000"
            + "04010000"
            + "0800" + "0900" + "02000000"
            + "0400" + "1D00" // MULTI_RADIO
            + "0A00" + "1600" + "0253570001020000"
            + Measurements));

    [Test]
    public void AMultiLinkDeviceIsAskedForWithItsFlag() => Assert.That(
        Convert.ToHexString(
            RadioRequests.New(new byte[256], 0x21, sequence: 7, Address, name: null, isPersistent: true, new() { SupportsMlo = true })),
        Is.EqualTo("68000000" + "2100" + "0500" + "07000000" + "00000000"
            + "04010000"
            + "0800" + "0900" + "01000000"
            + "0400" + "1900" // MLO_SUPPORT
            + "0A00" + "1600" + "0253570001020000"
            + Measurements));

    [Test]
    public void ARadioIsRemovedByNumber() => Assert.That(
        Convert.ToHexString(RadioRequests.Delete(new byte[256], 0x21, sequence: 8, id: 5)),
        Is.EqualTo("1C000000" + "2100" + "0500" + "08000000" + "00000000"
            + "05010000" // DEL_RADIO
            + "0800" + "0A00" + "05000000")); // RADIO_ID
}
