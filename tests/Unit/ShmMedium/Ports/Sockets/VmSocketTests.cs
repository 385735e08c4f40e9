using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports.Sockets;

public sealed class VmSocketTests
{
    [Test]
    public void AVmWaitsForOthersASecondAndNoLonger()
    {
        string folder = Directory.CreateTempSubdirectory("shmwifi-socket").FullName;
        using var socket = new VmSocket(ListeningSocket.Open(Path.Combine(folder, "vm.sock"), new SocketAccess()), new SocketAccess(), "vm");
        for (int attach = 0; attach < 2; attach++)
        {
            long nowNs = 0;
            while (socket.TryWaitForOthers(nowNs))
            {
                Assert.That(socket.WaitNs(nowNs), Is.Positive);
                nowNs += socket.WaitNs(nowNs);
            }
            Assert.That(nowNs, Is.EqualTo(1_000_000_000));
            Assert.That(socket.WaitNs(nowNs), Is.Zero);
            socket.OnAccepted(nowNs);
            socket.OnClosed();
        }
        Directory.Delete(folder, recursive: true);
    }
}
