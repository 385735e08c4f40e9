using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Radios;
using ShmWifi.ShmInjector;

namespace ShmWifi.Tests.Unit.ShmInjector;

public sealed class RadioAddressesTests
{
    private const uint Peer = 7;
    private static readonly MacAddress Given = MacAddress.Parse("02:00:00:00:00:0a");

    [Test]
    public void AddressesOfAllVmsAndRadiosDiffer()
    {
        var addresses = from peer in new uint[] { 1, 2, 255, 256, 257, 65535 }
                        from radio in Enumerable.Range(0,
            64)
                        select DefaultAddress.Of(peer, radio);
        Assert.That(addresses, Is.Unique);
    }

    [Test]
    public void GivenAddressesComeFirstThenTheVmsOwn() => Assert.That(RadioAddresses.Choose(3, [Given], [], static () => Peer), Is.EqualTo(new[]
    {
        Given, MacAddress.Parse("02:53:57:00:07:00"), MacAddress.Parse("02:53:57:00:07:01"),
    }));

    [Test]
    public void TheFirstFreeNumbersAreTaken()
    {
        MacAddress[] taken = [DefaultAddress.Of(Peer, 0), DefaultAddress.Of(Peer, 2), DefaultAddress.Of(8, 1)];
        Assert.That(RadioAddresses.Choose(4, [DefaultAddress.Of(Peer, 3)], taken, static () => Peer), Is.EqualTo(new[]
        {
            MacAddress.Parse("02:53:57:00:07:03"), MacAddress.Parse("02:53:57:00:07:01"), MacAddress.Parse("02:53:57:00:07:04"),
            MacAddress.Parse("02:53:57:00:07:05"),
        }));
    }

    [Test]
    public void WhoeverGivesAllAddressesNeedsNoPeerId() =>
        Assert.That(RadioAddresses.Choose(1, [Given], [], static () => throw new InjectorException("no device")), Is.EqualTo(new[] { Given }));

    [Test]
    public void AGivenAddressThatIsTakenIsRefused([Values] bool byRadio) =>
        Assert.That(() => RadioAddresses.Choose(2, byRadio ? [Given] : [Given, Given], byRadio ? [Given] : [], static () => Peer),
            Throws.TypeOf<InjectorException>().With.Message.EqualTo("cannot make a radio with address 02:00:00:00:00:0a: another radio of this "
                + "kernel has it, or is to have it; choose another by --mac"));

    [Test]
    public void TheAddressesOfOneVmEnd() =>
        Assert.That(() =>
            RadioAddresses.Choose(3, [], Enumerable.Range(0, 254).Select(static radio => DefaultAddress.Of(Peer, radio)), static () => Peer),
            Throws.TypeOf<InjectorException>().With.Message.StartsWith(
                "radios of this kernel have all but 2 of the 256 default addresses of this VM"));
}
