using ShmWifi.ShmInjector;

namespace ShmWifi.Tests.Unit.ShmInjector;

public sealed class ModuleDeviceTests
{
    private string _folder = "";

    private string Driver => Path.Combine(_folder, "bus/pci/drivers/shmwifi");

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("shmwifi-module").FullName;
        Directory.CreateDirectory(Driver);
        Directory.CreateSymbolicLink(Path.Combine(Driver, "module"), _folder); // sysfs has one there, too
        File.WriteAllText(Path.Combine(Driver, "bind"), "");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void WithoutTheModuleThereAreNone() => Assert.That(ModuleDevice.FindAll(Path.Combine(_folder, "none")), Is.Empty);

    [Test]
    public void ADeviceTellsItsDatapathAndPeer()
    {
        AddDevice("0000:00:04.0", "kernel", "258");
        var device = ModuleDevice.FindAll(Driver).Single();
        Assert.That((device.Name, device.Datapath, device.PeerId), Is.EqualTo(("0000:00:04.0", "kernel", 258u)));
        Assert.That(ModuleDevice.GetPeerId([device]), Is.EqualTo(258));
    }

    [Test]
    public void ModulesThatKnowUserSpaceOnlyTellNeither()
    {
        AddDevice("0000:00:04.0", datapath: null, peer: null);
        var devices = ModuleDevice.FindAll(Driver);
        Assert.That((devices.Single().Datapath, devices.Single().PeerId), Is.EqualTo(((string?)null, (uint?)null)));
        Assert.That(() => ModuleDevice.GetPeerId(devices), Throws.TypeOf<InjectorException>().With.Message.Contains(
            "/0000:00:04.0/peer is missing").And.Message.EndsWith("give an address by --mac"));
    }

    [Test]
    public void WithoutADeviceThereIsNoPeerId() =>
        Assert.That(() => ModuleDevice.GetPeerId(ModuleDevice.FindAll(Driver)),
            Throws.TypeOf<InjectorException>().With.Message.Contains("modprobe shmwifi").And.Message.EndsWith("give an address by --mac"));

    [Test]
    public void OfSeveralDevicesNoneIsGuessed()
    {
        AddDevice("0000:00:05.0", "user", "2");
        AddDevice("0000:00:04.0", "user", "1");
        Assert.That(() => ModuleDevice.GetPeerId(ModuleDevice.FindAll(Driver)),
            Throws.TypeOf<InjectorException>().With.Message.Contains("(0000:00:04.0, 0000:00:05.0)"));
    }

    [Test]
    public void WhoeverRunsInVainIsToldOfTheDatapath()
    {
        AddDevice("0000:00:04.0", "user", "1");
        AddDevice("0000:00:05.0", "kernel", "2");
        Assert.That(UioDevice.ExplainAbsence(ModuleDevice.FindAll(Driver)), Is.EqualTo(
            "the datapath of shmwifi's device 0000:00:05.0 is \"kernel\": the module itself moves the frames of all hwsim radios, and no process "
                + "is needed. "
            + $"Make radios by \"shm-injector radios add\"; or, to have the frames pass here, set their interfaces down and run \"echo user "
                + $">{Driver}/0000:00:05.0/datapath\" first"));
    }

    [Test]
    public void ADeviceWithoutADatapathIsNotTakenForAMissingModule()
    {
        AddDevice("0000:00:04.0", "none", "1");
        Assert.That(UioDevice.ExplainAbsence(ModuleDevice.FindAll(Driver)),
            Does.StartWith("shmwifi's device 0000:00:04.0 has no datapath").And.EndsWith($"\"echo user >{Driver}/0000:00:04.0/datapath\""));
    }

    [Test]
    public void WithoutAKernelDatapathTheModuleIsMissing()
    {
        AddDevice("0000:00:04.0", "user", "1");
        Assert.That(UioDevice.ExplainAbsence(ModuleDevice.FindAll(Driver)), Does.StartWith("no ShmWifi device: load the kernel module"));
    }

    private void AddDevice(string name, string? datapath, string? peer)
    {
        string device = Path.Combine(_folder, "devices/pci0000:00", name);
        Directory.CreateDirectory(device);
        if (datapath is not null)
            File.WriteAllText(Path.Combine(device, "datapath"), datapath + "\n");
        if (peer is not null)
            File.WriteAllText(Path.Combine(device, "peer"), peer + "\n");
        Directory.CreateSymbolicLink(Path.Combine(Driver, name), device);
    }
}
