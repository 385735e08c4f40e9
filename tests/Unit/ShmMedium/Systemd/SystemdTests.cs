using System.Net.Sockets;
using System.Text;

namespace ShmWifi.Tests.Unit.ShmMedium.Systemd;

/// <summary>A real shm-medium as a service of Type=notify.</summary>
public sealed class SystemdTests
{
    private const string NotifySocket = "NOTIFY_SOCKET";

    [TearDown]
    public void NobodyAsks() => Environment.SetEnvironmentVariable(NotifySocket, null);

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

    private static string Received(Socket socket)
    {
        byte[] bytes = new byte[256];
        socket.ReceiveTimeout = 5000;
        return Encoding.UTF8.GetString(bytes, 0, socket.Receive(bytes));
    }
}
