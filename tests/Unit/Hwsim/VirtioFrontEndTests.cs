using ShmWifi.Hwsim.Protocol;

namespace ShmWifi.Tests.Unit.Hwsim;

public sealed class VirtioFrontEndTests
{
    private string _folder = "";

    private string Driver => Path.Combine(_folder, "drivers/mac80211_hwsim");

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-virtio").FullName;
        Directory.CreateDirectory(Driver);
        Directory.CreateSymbolicLink(Path.Combine(Driver, "module"), _folder); // sysfs has one there, too
        File.WriteAllText(Path.Combine(Driver, "bind"), "");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void WithoutTheDriverNothingIsInTheWay() => Assert.That(VirtioFrontEnd.FindObstacle(Path.Combine(_folder, "none")), Is.Null);

    [Test]
    public void ADriverWithoutADeviceIsNotInTheWay() => Assert.That(VirtioFrontEnd.FindObstacle(Driver), Is.Null);

    [Test]
    public void ADeviceOfTheModuleIsExplainedByItsDatapath()
    {
        string parent = Bind("0000:00:04.0", "virtio3");
        File.WriteAllText(Path.Combine(parent, "datapath"), "kernel\n");
        Assert.That(VirtioFrontEnd.FindObstacle(Driver), Is.EqualTo(
            "the virtio device virtio3 takes the frames of all mac80211_hwsim radios, so none would come here: the datapath of shmwifi's device "
                + "0000:00:04.0 is \"kernel\", "
            + "and the module moves the frames itself; to have them come here, set the radios' interfaces down and run \"echo user "
                + ">/sys/bus/pci/drivers/shmwifi/0000:00:04.0/datapath\""));
    }

    [Test]
    public void AnotherDeviceIsToBeUnbound()
    {
        Bind("0000:00:07.0", "virtio0");
        Assert.That(VirtioFrontEnd.FindObstacle(Driver), Is.EqualTo(
            $"the virtio device virtio0 takes the frames of all mac80211_hwsim radios, so none would come here; take it away from the driver by "
                + $"\"echo virtio0 >{Driver}/unbind\""));
    }

    private string Bind(string parent, string device)
    {
        string path = Path.Combine(_folder, "devices", parent);
        Directory.CreateDirectory(Path.Combine(path, device));
        Directory.CreateSymbolicLink(Path.Combine(Driver, device), Path.Combine(path, device));
        return path;
    }
}
