using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using ShmWifi.Lab;

namespace ShmWifi.Tests.Unit.ShmMedium.Systemd;

/// <summary>A real shm-medium as a service of Type=notify.</summary>
public sealed class SystemdTests
{
    private const string NotifySocket = "NOTIFY_SOCKET";

    [TearDown]
    public void NobodyAsks()
    {
        Environment.SetEnvironmentVariable(NotifySocket, null);
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", null);
    }

    [Test]
    public void TheUnitIsAsTightAsItWorks()
    {
        string unit = Path.Combine(Checkout.Root, "host", "ShmMedium", "systemd", "shm-medium.service");
        (int code, string output) = Run("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20",
            unit);
        Assert.That(code, Is.Zero, $"exposure above 2.0:\n{output}");
        (code, output) = Run("systemd-analyze", "verify", unit);
        string[] wrong = [.. output.Split('\n').Where(line => line.Contains("shm-medium.service:") && !line.Contains("is not executable"))];
        Assert.That(wrong, Is.Empty, $"{code}");
    }

    [Test]
    public void SystemdIsToldThatTheEngineLives()
    {
        string name = $"/tmp/shmwifi-notify-{Guid.NewGuid():N}";
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint($"\0{name}"));
        Environment.SetEnvironmentVariable(NotifySocket, $"@{name}");
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", "100000");
        using var medium = MediumProcess.Start();
        Assert.That(Received(systemd), Is.EqualTo("READY=1"));
        for (int i = 0; i < 5; i++)
            Assert.That(Received(systemd), Is.EqualTo("WATCHDOG=1"));
        Assert.That(medium.Stop(), Is.Zero);
    }

    [Test]
    public void SystemdReceivesOfEachState([Values] bool isAbstract)
    {
        string name = $"/tmp/shmwifi-notify-{Guid.NewGuid():N}";
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(isAbstract ? $"\0{name}" : name));
        Environment.SetEnvironmentVariable(NotifySocket, isAbstract ? $"@{name}" : name);
        try
        {
            using var medium = MediumProcess.Start();
            Assert.That(Received(systemd), Is.EqualTo("READY=1"));
            Assert.That(medium.Stop(), Is.Zero);
            Assert.That(Received(systemd), Is.EqualTo("STOPPING=1"));
        }
        finally
        {
            File.Delete(name);
        }
    }

    [TestCase("run/notify")]
    [TestCase("@")]
    [TestCase("/")]
    public void AnAddressWhereNobodyListensIsAnError(string address)
    {
        Environment.SetEnvironmentVariable(NotifySocket, address);
        string folder = Directory.CreateTempSubdirectory("shmwifi-notify").FullName;
        try
        {
            using var medium = new MediumProcess(folder, "--socket", Path.Combine(folder, "any.sock"));
            Assert.That(medium.WaitForExit(), Is.EqualTo(1));
            Assert.That(medium.Error, Does.Contain($"NOTIFY_SOCKET is '{address}', where systemd cannot be told: "));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    private static string Received(Socket socket)
    {
        byte[] bytes = new byte[256];
        socket.ReceiveTimeout = 5000;
        return Encoding.UTF8.GetString(bytes, 0, socket.Receive(bytes));
    }
}
