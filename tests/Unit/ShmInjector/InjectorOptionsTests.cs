using ShmWifi.Dot11.Frames;
using ShmWifi.ShmInjector;

namespace ShmWifi.Tests.Unit.ShmInjector;

public sealed class InjectorOptionsTests
{
    [Test]
    public void AllOptionsAreRead()
    {
        var options = InjectorOptions.Parse(
            ["--radios", "3", "--mac", "02:00:00:00:00:0a", "--name-prefix", "medium", "--device", "/dev/uio1", "--spin-us", "50",
                "--regulatory", "3", "--patience", "250", "--json"]);
        Assert.Multiple(() =>
        {
            Assert.That(options.Radios, Is.EqualTo(3));
            Assert.That(options.NamePrefix, Is.EqualTo("medium"));
            Assert.That(options.Device, Is.EqualTo("/dev/uio1"));
            Assert.That(options.SpinUs, Is.EqualTo(50));
            Assert.That(options.Features.Regulatory, Is.EqualTo(3));
            Assert.That(options.PatienceMs, Is.EqualTo(250));
            Assert.That(options.IsJson, Is.True);
            Assert.That(options.Addresses, Is.EqualTo(new[] { MacAddress.Parse("02:00:00:00:00:0a") }));
        });
    }

    [TestCase("unknown option \"--radio\"", "--radio", "1")]
    [TestCase("--radios needs a value", "--radios")]
    [TestCase("--radios is \"65\"; allowed are 0 to 64", "--radios", "65")]
    [TestCase("--radios is \"-1\"; allowed are 0 to 64", "--radios", "-1")]
    [TestCase("--regulatory is \"0\"; allowed are 1 to 4", "--regulatory", "0")]
    [TestCase("--patience is \"2001\"; allowed are 0 to 2000", "--patience", "2001")]
    [TestCase("--mac is given 1 times, but --radios makes 0", "--mac", "02:00:00:00:00:01")]
    [TestCase("--mac is \"02:00\"; write six octets in hexadecimal, such as 02:00:00:00:00:01", "--radios", "1", "--mac", "02:00")]
    [TestCase("--mac is 01:00:00:00:00:01, which is no radio's address: the lowest bit of its first octet must be 0, and not all may be 0",
        "--radios", "1", "--mac", "01:00:00:00:00:01")]
    public void AWrongOptionIsNamedWithWhatIsAllowed(string message, params string[] arguments) =>
        Assert.That(() => InjectorOptions.Parse(arguments), Throws.TypeOf<UsageException>().With.Message.EqualTo(message));
}
