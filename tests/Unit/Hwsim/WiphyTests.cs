using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Radios;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class WiphyTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-wiphy").FullName;
        Directory.CreateDirectory(Path.Combine(_folder, "phy0"));
        File.WriteAllText(Path.Combine(_folder, "phy0/index"), "4\n");
        File.WriteAllText(Path.Combine(_folder, "phy0/addresses"), "02:00:00:00:00:00\n42:00:00:00:00:00\n");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void IndexAndBothAddressesAreRead() =>
        Assert.That(Wiphy.Find(_folder, "phy0"),
            Is.EqualTo(new Wiphy(4, MacAddress.Parse("02:00:00:00:00:00"), MacAddress.Parse("42:00:00:00:00:00"))));

    [Test]
    public void AWiphyThatIsGoneIsNone() => Assert.That(Wiphy.Find(_folder, "phy1"), Is.Null);

    [TestCase("index", "")]
    [TestCase("addresses", "02:00:00:00:00:00\n")]
    [TestCase("addresses", "02:00:00:00:00:00\n42:00")]
    public void AWiphyOfAnotherShapeIsNone(string file, string content)
    {
        File.WriteAllText(Path.Combine(_folder, "phy0", file), content);
        Assert.That(Wiphy.Find(_folder, "phy0"), Is.Null);
    }
}
