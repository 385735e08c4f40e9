using System.Buffers.Binary;
using ShmWifi.Configuration;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Ports.VhostUser;
using static ShmWifi.Tests.Support.MediumFrames;
using static ShmWifi.Tests.Support.SimulatedFrontEnd;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports.VhostUser;

/// <summary>A front end whose requests come in the order of QEMU's vhost-user-test-device-pci.</summary>
/// <remarks>
/// Recorded from QEMU 11.1.3 (<c>-trace 'vhost_user*'</c>) with a guest of 4.5 GiB, whose memory has two regions: hwsim is loaded, unloaded and
/// loaded again in the guest, and the VM ends. What differs from UML: memory comes region by region, without a table; each queue's call
/// descriptor is set three times; queues are disabled before their bases are asked for. As with a VM that is stopped and goes on, the bases are
/// set to what they were.
/// </remarks>
public sealed class QemuOrderTests
{
    private const ulong Upper = 1UL << 32; // guest address of the second region
    private static readonly MacAddress s_radio = MacAddress.Parse("42:00:00:00:00:00");
    private TestDaemon _daemon = null!;
    private SimulatedFrontEnd _qemu = null!;

    [SetUp]
    public void SetUp()
    {
        _daemon = new TestDaemon(Isolation.Shared, frontEnds: ["qemu"]);
        _qemu = _daemon.ConnectFrontEnd("qemu", isSealed: true);
    }

    [TearDown]
    public void TearDown()
    {
        _qemu.Dispose();
        _daemon.Dispose();
    }

    [Test]
    public void ADriverIsServedIsUnloadedAndIsServedAgainWhereItsQueuesWere()
    {
        Connect();
        Load(firsts: [0, 0]);
        AssertServed(cookie: 1);

        uint[] bases = Unload();
        Assert.That(IsReady, Is.False);
        Assert.That(bases, Is.EqualTo(new[] { 2u, 1u }), "an address and a frame came, a status went");

        Load(bases);
        AssertServed(cookie: 2);
        _ = Unload();
        _qemu.Kill();

        Deadline.Until(() => _daemon.Log.Count("vm-detached") == 1, "the VM's end");
        Assert.That(_daemon.Log.Count("front-end-broken"), Is.Zero);
    }

    private bool IsReady => _daemon.Daemon.Engine.Ports.Any(p => p.Rings.GuestState == GuestState.Ready);

    private void Connect()
    {
        ulong features = _qemu.Ask(VhostUserRequest.GetFeatures);
        ulong protocol = _qemu.Ask(VhostUserRequest.GetProtocolFeatures);
        _qemu.Send(VhostUserRequest.SetProtocolFeatures, Word(protocol));
        Assert.That(_qemu.Ask(VhostUserRequest.GetQueueNum), Is.EqualTo(2));
        Assert.That(_qemu.Ask(VhostUserRequest.GetMaxMemSlots), Is.EqualTo(8));
        _qemu.Do(VhostUserRequest.SetBackendReqFd, [], _qemu.KickOf(0));
        _qemu.Send(VhostUserRequest.SetOwner);
        _ = _qemu.Ask(VhostUserRequest.GetFeatures);
        for (uint queue = 0; queue < 2; queue++)
        {
            _qemu.Do(VhostUserRequest.SetVringCall, Word(queue), _qemu.CallOf(queue));
            _qemu.Do(VhostUserRequest.SetVringErr, Word(queue), _qemu.CallOf(queue));
        }
        _qemu.Send(VhostUserRequest.SetFeatures, Word(features));
        Assert.That(_qemu.Ask(VhostUserRequest.GetStatus), Is.Zero);
        _qemu.Send(VhostUserRequest.SetStatus, Word(0x0f));
        foreach (var region in (MemoryRegion[])[Region, Region with { GuestAddress = Upper, UserAddress = Upper }])
            _qemu.Do(VhostUserRequest.AddMemReg, [.. Word(0), .. MemoryTable(0, region)[8..]], _qemu.MemoryFile);
    }

    private void Load(uint[] firsts)
    {
        for (uint queue = 0; queue < 2; queue++)
        {
            var driver = queue == 0 ? _qemu.Sent : _qemu.Taken;
            _qemu.Send(VhostUserRequest.SetVringNum, Pair(queue, driver.Length));
            _qemu.Send(VhostUserRequest.SetVringBase, Pair(queue, firsts[queue]));
            _qemu.Send(VhostUserRequest.SetVringAddr, Place(queue, driver.DescriptorsAt, driver.UsedAt, driver.AvailableAt));
            _qemu.Do(VhostUserRequest.SetVringKick, Word(queue), _qemu.KickOf((int)queue));
            _qemu.Do(VhostUserRequest.SetVringCall, Word(queue), _qemu.CallOf(queue));
        }
        for (uint queue = 0; queue < 2; queue++)
            _qemu.Do(VhostUserRequest.SetVringEnable, Pair(queue, 1));
        for (uint queue = 0; queue < 2; queue++)
            _qemu.Do(VhostUserRequest.SetVringCall, Word(queue), _qemu.CallOf(queue));
        if (firsts[1] == 0)
            _qemu.OfferAll();
        Deadline.Until(() => IsReady, "the port is served");
    }

    /// <returns>Where the queues stand.</returns>
    private uint[] Unload()
    {
        for (uint queue = 0; queue < 2; queue++)
            _qemu.Do(VhostUserRequest.SetVringEnable, Pair(queue, 0));
        uint[] bases = [0, 0];
        for (uint queue = 0; queue < 2; queue++)
        {
            _qemu.Send(VhostUserRequest.GetVringBase, Pair(queue, 0));
            byte[] reply = _qemu.ReadReply(VhostUserRequest.GetVringBase);
            bases[queue] = BinaryPrimitives.ReadUInt32LittleEndian(reply.AsSpan(4));
        }
        return bases;
    }

    private void AssertServed(ulong cookie)
    {
        _qemu.SendAddress(s_radio, Address(1));
        _qemu.SendFrame(s_radio, Data(Address(2), Address(1)), cookie);
        Assert.That(_qemu.Receive(HwsimCommand.TxInfoFrame).Cookie, Is.EqualTo(cookie));
    }
}
