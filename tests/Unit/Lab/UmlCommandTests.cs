using ShmWifi.Lab.Topologies;
using ShmWifi.Lab.Uml;

namespace ShmWifi.Tests.Unit.Lab;

/// <summary>The command line of User-Mode-Linux, as its kernel reads it.</summary>
public class UmlCommandTests
{
    private static readonly string[] Terminals = ["/dev/pts/11", "/dev/pts/12", "/dev/pts/13", "/dev/pts/14"];

    [Test]
    public void TheMediumsSocketIsThatOfHwsimsDevice()
    {
        Assert.That(
            Arguments(new VmSpec { Name = "a", Kernel = "6.12" }, medium: "/run/a.medium"), Does.Contain("virtio_uml.device=/run/a.medium:29"));
        Assert.That(Arguments(new VmSpec { Name = "a", Kernel = "6.12" }, medium: null), Has.None.StartsWith("virtio_uml.device="));
    }

    [Test]
    public void TheSerialLinesAreThoseThatTheGuestIsToldOf()
    {
        var arguments = Arguments(new VmSpec { Name = "a", Kernel = "6.12" }, medium: null);
        Assert.That(arguments, Does.Contain("ssl0=tty:/dev/pts/10"));
        Assert.That(arguments, Does.Contain("ssl4=tty:/dev/pts/14"));
        Assert.That(arguments, Does.Contain("shmwifi.exec=ttyS1,ttyS2,ttyS3,ttyS4"));
    }

    [Test]
    public void TheWiredInterfaceHasTheAddressOfTheVmsPlace() => Assert.That(
        Arguments(new VmSpec { Name = "a", Kernel = "6.12" }, medium: null), Has.One.EndsWith(",mac=52:54:00:77:01:04").And.StartsWith("vec0:"));

    [Test]
    public void ItsOwnArgumentsAreTheLast() => Assert.That(
        Arguments(new VmSpec { Name = "a", Kernel = "6.12", KernelArguments = ["debug"], KernelRadios = 2 }, medium: null)[^2..],
        Is.EqualTo(["shmwifi.radios=2", "debug"]));

    [Test]
    public void AScriptsVmHasNothingInItsCommandLineThatIsAnotherEachTime()
    {
        var arguments = UmlCommand.ForScript(
            new VmSpec { Name = "a", Kernel = "6.12" }, "/run/a", "/kernel", "/initramfs", "/run/a/script", "/run/a.medium");
        Assert.That(
            arguments, Does.Contain("shmwifi.script=/run/a/script").And.Contain("ssl0=null,fd:1").And.Contain("virtio_uml.device=/run/a.medium:29"));
        Assert.That(arguments, Has.None.Contains("/dev/pts").And.None.StartsWith("vec0:").And.None.StartsWith("shmwifi.exec="));
    }

    [Test]
    public void InVirtualTimeItHasTheCalendarsSocketAnIdAndASeed() => Assert.That(
        UmlCommand.InVirtualTime(["/kernel", "quiet"], index: 4, "/run/time.sock", seed: 7, "/run/seeded-random.so"),
        Is.EqualTo((string[])
            ["setarch", "-R", "env", "SEED=7", "LD_PRELOAD=/run/seeded-random.so", "/kernel", "quiet", "time-travel=ext:5:/run/time.sock"]));

    [Test]
    public void WithoutATapItHasNoWiredInterface() => Assert.That(
        UmlCommand.For(new VmSpec { Name = "a", Kernel = "6.12" }, 0, "/run/a", "/kernel", "/initramfs", "/dev/pts/10", Terminals, null, null, null),
        Has.None.StartsWith("vec0:"));

    private static List<string> Arguments(VmSpec vm, string? medium) =>
        UmlCommand.For(vm, 0x104, "/run/a", "/kernel", "/initramfs", "/dev/pts/10", Terminals, "tap", null, medium);
}
