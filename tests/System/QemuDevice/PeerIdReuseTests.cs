using ShmWifi.Configuration.Medium;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Engine;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Ports;
using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.Tests.System.QemuDevice;

/// <summary>More real QEMUs come and go than there are peer IDs, while one stays.</summary>
public sealed class PeerIdReuseTests
{
    private const int Ids = 3;
    private const int Lives = 4 * Ids;

    [Test]
    public void QemusRunUnderPeerIdsThatOthersHadWhileOneStays()
    {
        string folder = Directory.CreateTempSubdirectory("shmwifi-ids").FullName;
        string path = Path.Combine(folder, "any.sock");
        Exception? failure = null;
        using var log = new MediumLog();
        var geometry = new RegionGeometry(Ports: Ids, TxSlots: 64, RxDescriptors: 64, PoolSlots: 64);
        using var regions = new SharedRegionSource(geometry, new NoDescriptorStore());
        using var ledger = Ledger.Create(Ids);
        using var mediumLedger = MediumLedger.Create();
        using var frameLedger = FrameLedger.Create();
        using var engine = new MediumEngine(
            ledger, mediumLedger, frameLedger, log, new SpinBudget(0), new MediumConfiguration(), exception => failure = exception);
        engine.Start();
        var socket = new VmSocket(ListeningSocket.Open(path, new SocketAccess()), new SocketAccess(), vmName: null, Ids);
        using (var server = new ShmMedium.Ports.Ivshmem.IvshmemServer(engine, log, regions, [socket], new PeerIds(Ids), ledger,
            new NoDescriptorStore(), exception => failure = exception))
        {
            server.Start();
            using var staying = new IvshmemDevice(path);
            uint staysAs = staying.IvPosition;
            List<uint> ids = [];
            for (int life = 0; life < Lives; life++)
            {
                using var device = new IvshmemDevice(path);
                ids.Add(device.IvPosition);
                Assert.That(device.Cpu.ReadQ(IvshmemDevice.RegionAt(0)), Is.EqualTo(Abi.Magic), "it is served");
                for (int i = 0; i < 10; i++)
                {
                    device.Ring(0);
                    staying.Ring(0);
                    staying.Ring((ushort)device.IvPosition); // of whom it was never told
                }
                Assert.That(device.IsAlive && staying.IsAlive, Is.True);
                Assert.That(device.Kill(), Is.EqualTo(128 + 9), "it died by our signal and by nothing else");
                Deadline.Until(() => engine.Ports.Count == 1, "the server noticed");
                Assert.That(engine.PostAsync(() => true).Wait(Deadline.Limit), Is.True);
            }
            Assert.That(staying.IvPosition, Is.EqualTo(staysAs));
            Assert.That(ids, Has.No.Member(staysAs).And.No.Member((uint)PeerIds.Refused));
            Assert.That(ids.Distinct().Count(), Is.EqualTo(Ids - 1), "all others, again and again");
            Assert.That(staying.Kill(), Is.EqualTo(128 + 9));
        }
        Assert.That(failure, Is.Null);
        Directory.Delete(folder, recursive: true);
    }
}
