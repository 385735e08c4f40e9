using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.ShmInjector;

namespace ShmWifi.Tests.Unit.ShmInjector;

public sealed class RadioReportTests
{
    private static readonly MacAddress Address = MacAddress.Parse("02:53:57:00:01:00");
    private static readonly ListedRadio Busy =
        new(new HwsimRadio(12, "access-point"), Address, Address, [new("wlan0", Address, IsUp: true), new("mon0", Address, IsUp: false)]);
    private static readonly ListedRadio Bare =
        new(new HwsimRadio(0, "phy0"), MacAddress.Parse("02:00:00:00:00:00"), MacAddress.Parse("42:00:00:00:00:00"), []);

    [Test]
    public void ALineHasNameAddressAndInterfaces()
    {
        Assert.That(RadioReport.FormatLine(Busy), Is.EqualTo("access-point 02:53:57:00:01:00 wlan0,mon0"));
        Assert.That(RadioReport.FormatLine(Bare), Is.EqualTo("phy0 02:00:00:00:00:00 -"));
    }

    [Test]
    public void ATableHasAllInColumns() => Assert.That(RadioReport.FormatTable([Busy, Bare]), Is.EqualTo("""
        NAME          ID  ADDRESS            TRANSMITTER        INTERFACES
        access-point  12  02:53:57:00:01:00  02:53:57:00:01:00  wlan0 up, mon0 down
        phy0          0   02:00:00:00:00:00  42:00:00:00:00:00  -
        """));

    [Test]
    public void ATableOfNoneHasItsTitles() => Assert.That(RadioReport.FormatTable([]), Is.EqualTo("NAME  ID  ADDRESS  TRANSMITTER  INTERFACES"));

    [Test]
    public void JsonIsAnObjectALine() => Assert.That(RadioReport.FormatJson(Busy), Is.EqualTo(
        """{"name":"access-point","id":12,"address":"02:53:57:00:01:00","transmitter":"02:53:57:00:01:00","interfaces":[{"name":"wlan0","address":"02:53:57:00:01:00","up":true},{"name":"mon0","address":"02:53:57:00:01:00","up":false}]}"""));
}
