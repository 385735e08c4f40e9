using System.Net.Sockets;
using System.Text;
using ShmWifi.Medium.Systemd;

namespace ShmWifi.Tests.Unit.ShmMedium.Systemd;

public sealed class SystemdNotifierTests
{
    private static string Heard(Socket socket)
    {
        var bytes = new byte[256];
        socket.ReceiveTimeout = 5000;
        return Encoding.UTF8.GetString(bytes, 0, socket.Receive(bytes));
    }

    [Test]
    public void SystemdHearsOfEachState([Values] bool isAbstract)
    {
        var name = $"/tmp/shmwifi-notify-{Guid.NewGuid():N}";
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(isAbstract ? $"\0{name}" : name));
        try
        {
            using var notifier = new SystemdNotifier(isAbstract ? $"@{name}" : name);
            notifier.Ready();
            Assert.That(Heard(systemd), Is.EqualTo("READY=1"));
            notifier.Status("3 VMs, 4 radios");
            Assert.That(Heard(systemd), Is.EqualTo("STATUS=3 VMs, 4 radios"));
            notifier.Stopping();
            Assert.That(Heard(systemd), Is.EqualTo("STOPPING=1"));
        }
        finally
        {
            File.Delete(name);
        }
    }

    [TestCase(null)]
    [TestCase("")]
    public void NothingHappensWhenNobodyAsked(string? address)
    {
        using var notifier = new SystemdNotifier(address);
        Assert.That(notifier.Ready, Throws.Nothing);
    }

    [Test]
    public void AStatusIsOneLine()
    {
        using var notifier = new SystemdNotifier(null);
        Assert.That(() => notifier.Status("a\nREADY=1"), Throws.ArgumentException);
    }

    [TestCase("run/notify")]
    [TestCase("@")]
    [TestCase("/")]
    public void AnAddressThatIsNoneIsRefused(string address) =>
        Assert.That(() => new SystemdNotifier(address), Throws.ArgumentException.With.Message.Contains($"NOTIFY_SOCKET is '{address}'"));
}
