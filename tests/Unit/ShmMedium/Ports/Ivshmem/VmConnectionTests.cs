using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.ShmMedium.Keeper;
using ShmWifi.ShmMedium.Ports;
using ShmWifi.ShmMedium.Ports.Ivshmem;
using ShmWifi.ShmMedium.Ports.Sockets;

namespace ShmWifi.Tests.Unit.ShmMedium.Ports.Ivshmem;

/// <summary>What a keeper kept of a VM, and an engine that cannot go on with it.</summary>
public sealed class VmConnectionTests
{
    private const ushort PeerId = 1;

    [TestCase("")]
    [TestCase("connection")]
    [TestCase("region")]
    public void WhatCannotBeTakenOverLeavesNothingOpen(string missing)
    {
        string folder = Directory.CreateTempSubdirectory("shmwifi-resume").FullName;
        using var store = new LocalDescriptorStore();
        using var socket = new VmSocket(ListeningSocket.Open(Path.Combine(folder, "vm.sock"), new SocketAccess()), new SocketAccess(), "vm");
        using var regions = new PerVmRegionSource(new RegionGeometry(1, 64, 128, 32));
        using var any = new EventFd(); // of which no region can be mapped
        foreach (string part in ((string[])["connection", "kick", "call", "region"]).Where(part => part != missing))
            store.Keep($"vm-{PeerId}-{part}", any.Descriptor);
        VmConnection? Resume() => VmConnection.Resume(socket, new PeerIds(), store, regions, PeerId, "vm", epoch: 1, out _);
        int before = Open();

        if (missing == "region")
            Assert.That(Resume(), Is.Null);
        else
            Assert.That(Resume, Throws.InstanceOf<LibCException>().With.Message.Contains("map"));

        Assert.That(Open(), Is.EqualTo(before));
        Directory.Delete(folder, recursive: true);
    }

    private static int Open() => Directory.GetFiles("/proc/self/fd").Length;
}
