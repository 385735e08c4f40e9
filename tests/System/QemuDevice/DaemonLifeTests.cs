using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.System.QemuDevice;

/// <summary>shm-medium as a process: how it starts, ends, and dies.</summary>
public class DaemonLifeTests
{
    private string _folder = "";

    private string SocketPath => Path.Combine(_folder, "medium.sock");

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("shmwifi-life").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void SigtermEndsItInOrder()
    {
        using var medium = MediumProcess.StartIn(_folder, "--socket", SocketPath);
        Assert.That(File.GetUnixFileMode(SocketPath),
            Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite));
        using var vm = SimulatedGuest.Connect(SocketPath);

        Assert.That(medium.Stop(), Is.Zero);

        Assert.That(File.Exists(SocketPath), Is.False);
        Assert.That(File.Exists(Path.Combine(_folder, "state.json")), Is.False);
        Assert.That(vm.Region!.HostState, Is.EqualTo(HostState.Away), "guests are told");
    }

    [TestCase(2, Description = "SIGINT")]
    [TestCase(15, Description = "SIGTERM")]
    public void TheSignalToEndPrintsTheTotals(int signal)
    {
        using var medium = MediumProcess.StartIn(_folder, "--socket", SocketPath);
        using (var vm = SimulatedGuest.Connect(SocketPath))
        {
            vm.Hello();
            vm.AddRadio(0, Address(1));
            vm.SendFrame(0, Data(Address(2), Address(1)));
            vm.Drain();
        }

        Assert.That(medium.Stop(signal), Is.Zero);

        Assert.That(medium.Output, Does.Contain("frames").IgnoreCase);
    }

    [Test]
    public void ADaemonThatIsKilledLeavesQemuAlive()
    {
        using var medium = MediumProcess.StartIn(_folder, "--socket", SocketPath);
        using var device = new IvshmemDevice(SocketPath);
        medium.Kill();

        for (int i = 0; i < 100; i++)
            device.Ring(0);
        Assert.That(device.Cpu.ReadQ(IvshmemDevice.RegionAt(0)), Is.EqualTo(Abi.Magic));
        Assert.That(device.IsAlive, Is.True);
        Assert.That(device.Kill(), Is.EqualTo(128 + 9));
    }

    [Test]
    public void ASocketThatADeadDaemonLeftIsReplaced()
    {
        using (var dead = MediumProcess.StartIn(_folder, "--socket", SocketPath))
            dead.Kill();
        Assert.That(File.Exists(SocketPath), Is.True);

        using var medium = MediumProcess.StartIn(_folder, "--socket", SocketPath);
        using var vm = SimulatedGuest.Connect(SocketPath);

        Assert.That(vm.IsRefused, Is.False);
    }

    [Test]
    public void ASocketThatIsServedIsRefusedAndServedOn()
    {
        using var first = MediumProcess.StartIn(_folder, "--socket", SocketPath);
        using var second = new MediumProcess(_folder, "--socket", SocketPath);

        Assert.That(second.WaitForExit(), Is.EqualTo(1));
        Assert.That(second.Error.Trim(), Does.StartWith($"shm-medium: listen on {SocketPath}: another daemon serves it").And.Not.Contain("   at "));
        using var vm = SimulatedGuest.Connect(SocketPath);
        Assert.That(vm.IsRefused, Is.False);
    }

    [Test]
    public void AFileThatIsNoSocketIsLeftAlone()
    {
        File.WriteAllText(SocketPath, "precious");
        using var medium = new MediumProcess(_folder, "--socket", SocketPath);

        Assert.That(medium.WaitForExit(), Is.EqualTo(1));
        Assert.That(medium.Error, Does.Contain($"bind {SocketPath}: Address already in use"));
        Assert.That(File.ReadAllText(SocketPath), Is.EqualTo("precious"));
    }

    [Test]
    public void AVmThatIsRefusedRunsOnWithABlankRegion()
    {
        File.WriteAllText(Path.Combine(_folder, "medium.yaml"), $"vms:\n  - {{ name: ap, socket: {SocketPath} }}\n");
        using var medium = MediumProcess.StartIn(_folder, "--config", Path.Combine(_folder, "medium.yaml"));
        using var first = new IvshmemDevice(SocketPath);
        using var second = new IvshmemDevice(SocketPath);

        Assert.That(first.Cpu.ReadQ(IvshmemDevice.RegionAt(0)), Is.EqualTo(Abi.Magic));
        Assert.That(second.Cpu.ReadQ(IvshmemDevice.RegionAt(0)), Is.Zero);
        second.Ring(0);
        Assert.That(second.IsAlive, Is.True);
        Assert.That(medium.Error, Does.Contain("a VM named ap is attached already"));
    }
}
