using ShmWifi.Hwsim.Protocol;
using ShmWifi.ShmInjector;

namespace ShmWifi.Tests.Unit.ShmInjector;

public sealed class RadiosCommandTests
{
    private static readonly List<HwsimRadio> Radios = [new(0, "phy0"), new(3, "radio1")];

    [Test]
    public void NamedRadiosAreChosen() =>
        Assert.That(RadiosCommand.Choose(Radios, RadiosOptions.Parse(["del", "radio1"])), Is.EqualTo(new[] { Radios[1] }));

    [Test]
    public void AllRadiosAreChosen() =>
        Assert.That(RadiosCommand.Choose(Radios, RadiosOptions.Parse(["del", "--all"])), Is.EqualTo(Radios));

    [Test]
    public void NoRadioIsChosenWhenOneIsUnknown() =>
        Assert.That(() => RadiosCommand.Choose(Radios, RadiosOptions.Parse(["del", "phy0", "phy1", "ap"])),
            Throws.TypeOf<InjectorException>().With.Message.EqualTo(
                "no radio phy1, ap in this network namespace, so none was removed; there are: phy0, radio1"));

    [Test]
    public void WithoutRadiosTheErrorSaysSo() =>
        Assert.That(() => RadiosCommand.Choose([], RadiosOptions.Parse(["del", "phy0"])),
            Throws.TypeOf<InjectorException>().With.Message.EndsWith("there are: none"));
}
