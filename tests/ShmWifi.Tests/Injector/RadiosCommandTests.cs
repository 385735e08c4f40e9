using ShmWifi.Dot11;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Injector;

namespace ShmWifi.Tests.Injector;

public sealed class RadiosCommandTests
{
    private static readonly List<HwsimRadio> Radios = [new(0, "phy0"), new(3, "air1")];

    [Test]
    public void NamedRadiosAreChosen() =>
        Assert.That(RadiosCommand.Choose(Radios, RadiosOptions.Parse(["del", "air1"])), Is.EqualTo(new[] { Radios[1] }));

    [Test]
    public void AllRadiosAreChosen() =>
        Assert.That(RadiosCommand.Choose(Radios, RadiosOptions.Parse(["del", "--all"])), Is.EqualTo(Radios));

    [Test]
    public void NoRadioIsChosenWhenOneIsUnknown() =>
        Assert.That(() => RadiosCommand.Choose(Radios, RadiosOptions.Parse(["del", "phy0", "phy1", "ap"])),
            Throws.TypeOf<InjectorException>().With.Message.EqualTo("no radio phy1, ap in this network namespace, so none was removed; there are: phy0, air1"));

    [Test]
    public void WithoutRadiosTheErrorSaysSo() =>
        Assert.That(() => RadiosCommand.Choose([], RadiosOptions.Parse(["del", "phy0"])), Throws.TypeOf<InjectorException>().With.Message.EndsWith("there are: none"));

    [Test]
    public void TheFirstFreeNumberIsTaken()
    {
        HashSet<MacAddress> taken = [RadioAddresses.GetDefault(7, 0), RadioAddresses.GetDefault(7, 2), RadioAddresses.GetDefault(8, 1)];
        Assert.That(RadioAddresses.GetFree(7, taken).Take(3), Is.EqualTo(new[]
        {
            MacAddress.Parse("02:53:57:00:07:01"), MacAddress.Parse("02:53:57:00:07:03"), MacAddress.Parse("02:53:57:00:07:04"),
        }));
    }

    [Test]
    public void AddressesOfOneVmEnd() =>
        Assert.That(RadioAddresses.GetFree(7, Enumerable.Range(0, 256).Select(radio => RadioAddresses.GetDefault(7, radio)).ToHashSet()), Is.Empty);
}
