using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.ShmInjector;

namespace ShmWifi.Tests.Unit.ShmInjector;

public sealed class RadiosOptionsTests
{
    [Test]
    public void AllOptionsOfAddAreRead()
    {
        var options =
            RadiosOptions.Parse(["add", "--count", "3", "--mac", "02:00:00:00:00:0a", "--mac", "02:00:00:00:00:0b", "--name", "radio",
                "--p2p-device", "--json", "--regulatory", "1", "--channels", "3", "--multi-radio", "--mlo"]);
        Assert.Multiple(() =>
        {
            Assert.That(options.Action, Is.EqualTo(RadiosAction.Add));
            Assert.That(options.Count, Is.EqualTo(3));
            Assert.That(options.Addresses, Is.EqualTo(new[] { MacAddress.Parse("02:00:00:00:00:0a"), MacAddress.Parse("02:00:00:00:00:0b") }));
            Assert.That(Enumerable.Range(0, 3).Select(options.GetName), Is.EqualTo(new[] { "radio0", "radio1", "radio2" }));
            Assert.That(options.IsJson, Is.True);
            Assert.That(options.Features, Is.EqualTo(
                new RadioFeatures { SupportsP2pDevice = true, Regulatory = 1, Channels = 3, IsMultiRadio = true, SupportsMlo = true }));
        });
    }

    [TestCase(1)]
    [TestCase(2, "--mac", "02:00:00:00:00:0a", "--mac", "02:00:00:00:00:0b")]
    public void WithoutACountThereIsARadioForEachAddress(int count, params string[] options) =>
        Assert.That(RadiosOptions.Parse(["add", .. options]).Count, Is.EqualTo(count));

    [Test]
    public void ALoneRadioIsCalledAsTheOptionSays() => Assert.That(RadiosOptions.Parse(["add", "--name", "ap"]).GetName(0), Is.EqualTo("ap"));

    [Test]
    public void WithoutANameTheKernelChooses() => Assert.That(RadiosOptions.Parse(["add", "--count", "2"]).GetName(1), Is.Null);

    [Test]
    public void RadiosToRemoveAreNamedOrAll()
    {
        var named = RadiosOptions.Parse(["del", "phy0", "radio1", "phy0"]);
        var all = RadiosOptions.Parse(["del", "--all"]);
        Assert.Multiple(() =>
        {
            Assert.That((named.Action, named.IsAll), Is.EqualTo((RadiosAction.Delete, false)));
            Assert.That(named.Names, Is.EqualTo(new[] { "phy0", "radio1" }));
            Assert.That((all.Action, all.IsAll), Is.EqualTo((RadiosAction.Delete, true)));
        });
    }

    [TestCase(false, "list")]
    [TestCase(true, "list", "--json")]
    public void TheListIsTextOrJson(bool isJson, params string[] arguments)
    {
        var options = RadiosOptions.Parse(arguments);
        Assert.That((options.Action, options.IsJson), Is.EqualTo((RadiosAction.List, isJson)));
    }

    [TestCase("say what to do with the radios: \"add\", \"del\" or \"list\"")]
    [TestCase("unknown command \"radios remove\"; there are \"add\", \"del\" and \"list\"", "remove")]
    [TestCase("radios add: unknown option \"--radios\"", "add", "--radios", "1")]
    [TestCase("radios list: unknown option \"--all\"", "list", "--json", "--all")]
    [TestCase("radios del: unknown option \"--json\"", "del", "--json", "phy0")]
    [TestCase("radios del wants either names of radios or --all", "del")]
    [TestCase("radios del wants either names of radios or --all", "del", "--all", "phy0")]
    [TestCase("--count needs a value", "add", "--count")]
    [TestCase("--count is \"0\"; allowed are 1 to 64", "add", "--count", "0")]
    [TestCase("--count is \"65\"; allowed are 1 to 64", "add", "--count", "65")]
    [TestCase("--channels is \"11\"; allowed are 1 to 10", "add", "--channels", "11")]
    [TestCase("--mac is given 2 times, but --count makes 1", "add", "--count", "1", "--mac", "02:00:00:00:00:01", "--mac", "02:00:00:00:00:02")]
    [TestCase("--mac is 03:00:00:00:00:01, which is no radio's address: the lowest bit of its first octet must be 0, and not all may be 0", "add",
        "--mac", "03:00:00:00:00:01")]
    [TestCase("--name is \"a/b\"; write 1 to 40 letters, digits, dots, dashes and underscores, a letter first", "add", "--name", "a/b")]
    [TestCase("--name is \"\"; write 1 to 40 letters, digits, dots, dashes and underscores, a letter first", "add", "--name", "")]
    public void AWrongArgumentIsNamedWithWhatIsAllowed(string message, params string[] arguments) =>
        Assert.That(() => RadiosOptions.Parse(arguments), Throws.TypeOf<UsageException>().With.Message.EqualTo(message));

    [Test]
    public void ANameThatFillsTheRequestIsRefused() =>
        Assert.That(() => RadiosOptions.Parse(["add", "--name", new string('a', 41)]), Throws.TypeOf<UsageException>());
}
