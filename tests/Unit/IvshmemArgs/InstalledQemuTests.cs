using System.Diagnostics;
using System.Net.Sockets;
using ShmWifi.IvshmemArgs;

namespace ShmWifi.Tests.Unit.IvshmemArgs;

/// <summary>The real QEMU reads our arguments as we mean them.</summary>
public sealed class InstalledQemuTests
{
    private const string Qemu = "qemu-system-x86_64";
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("shmwifi-qemu").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    // Quoted, and split again by a shell: as a person would use it.
    private static Process Start(string socket) => Process.Start(
        new ProcessStartInfo("sh", ["-c", $"exec {Qemu} -machine none -nodefaults -display none {Shell.Join(IvshmemArguments.For(socket)[..2])}"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;

    [Test]
    public void ItHasTheDevice() => Assert.That(InstalledQemu.Problem(Qemu), Is.Null);

    [Test]
    public void AProgramThatIsNoQemuIsRefused()
    {
        Assert.That(InstalledQemu.Problem("false"), Does.StartWith("'false -device help' failed (1)"));
        Assert.That(InstalledQemu.Problem("true"), Does.StartWith("'true' has no ivshmem-doorbell"));
        Assert.That(InstalledQemu.Problem("/nowhere/qemu"), Does.StartWith("'/nowhere/qemu' cannot be run: "));
    }

    [Test]
    public void AMissingSocketIsQemusError()
    {
        using var qemu = Start(Path.Combine(_folder, "none.sock"));
        string error = qemu.StandardError.ReadToEnd();
        qemu.WaitForExit();
        Assert.That(qemu.ExitCode, Is.EqualTo(1));
        Assert.That(error, Does.Contain($"Failed to connect to '{_folder}/none.sock'"));
    }

    [TestCase("plain.sock")]
    [TestCase("two,commas,,.sock")]
    [TestCase("it's a \"$HOME\" path=x.sock")]
    public void ItConnectsToTheSocketThatWasMeant(string name)
    {
        string path = Path.Combine(_folder, name);
        using var daemon = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        daemon.Bind(new UnixDomainSocketEndPoint(path));
        daemon.Listen();
        using var qemu = Start(path);
        try
        {
            Assert.That(daemon.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead), Is.True, "QEMU did not connect");
        }
        finally
        {
            qemu.Kill();
            qemu.WaitForExit();
        }
    }
}
