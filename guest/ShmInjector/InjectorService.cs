using ShmWifi.Injector.Air;
using ShmWifi.Injector.Clock;
using ShmWifi.Injector.Hwsim;
using ShmWifi.Injector.Netlink;
using ShmWifi.Injector.Radios;
using ShmWifi.Injector.Wireless;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Injector;

/// <summary>Puts the parts together, in the order in which each can fail clearly, and takes them apart again.</summary>
internal static class InjectorService
{
    private const int SocketBufferSize = 8 << 20;
    private const int MaxBatchBytes = 32 << 10;

    /// <summary>Serves until SIGINT or SIGTERM.</summary>
    /// <param name="options">What the command line asks for.</param>
    /// <exception cref="InjectorException">Something is missing, in use, or breaks.</exception>
    /// <exception cref="RegionFormatException">The region is of another ABI, or none.</exception>
    public static void Run(InjectorOptions options)
    {
        using var signals = new SignalQueue();
        using NetlinkSocket control = NetlinkSocket.Open(NETLINK_GENERIC);
        control.SetOption(SOL_NETLINK, NETLINK_EXT_ACK, 1);
        HwsimControl hwsim = HwsimControl.Find(control);
        Nl80211 nl80211 = Nl80211.Find(control);

        using UioDevice device = UioDevice.Open(options.Device);
        Region region = device.OpenRegion();
        uint peerId = device.PeerId;
        int portIndex = region.FindPort(peerId);
        if (portIndex < 0)
            throw new InjectorException($"the host has no port for this VM (ivshmem peer {peerId}): shm-medium was started anew without it, or all {region.Geometry.Ports} ports were taken; restart this VM");
        GuestPort port = region.OpenGuestPort(portIndex);

        using NetlinkSocket frames = OpenFrameSocket();
        hwsim.Register(frames);
        for (int i = 0; i < options.Radios; i++)
            hwsim.CreateRadio(options.GetAddress(i, peerId), options.NamePrefix is null ? null : $"{options.NamePrefix}{i}");

        var doorbell = new PortDoorbell(device, port);
        var slots = new TxSlots(port, doorbell);
        var radios = new RadioTable();
        var clock = new ClockSync(port, slots);
        var host = new HostWatch(region, port);
        using var discovery = new RadioDiscovery(hwsim, nl80211);
        using var batch = new InjectionBatch(frames.Descriptor, hwsim.Family.Id, MaxBatchBytes);
        using var tx = new TxPath(frames.Descriptor, hwsim.Family.Id, port, slots, radios, batch, clock);
        var rx = new RxPath(port, doorbell, radios, batch, clock);
        var statistics = new Statistics(port, radios, clock, host, options.IsJson) { Tx = tx };
        using var waits = new WaitSet(device, frames.Descriptor, discovery.WirelessDescriptor, discovery.LinkDescriptor, signals.Descriptor);
        var loop = new InjectorLoop(
            waits, port, slots, tx, rx, host, radios, new Announcer(radios, slots), discovery, clock, signals, statistics, frames, new AnswerTimes(options.SpinUs * 1000L));

        rx.Discard();
        doorbell.Ring(isAsked: true); // a service before us may have died between its last slot and the doorbell for it
        port.SetReady(RegionFeatures.None);
        try
        {
            loop.Discover();
            Console.Out.WriteLine($"shm-injector: ready, {radios.Count} radios, port {portIndex} (\"{region.GetPortName(portIndex)}\")");
            loop.Run();
        }
        finally
        {
            port.SetAbsent();
            statistics.Print();
        }
    }

    private static NetlinkSocket OpenFrameSocket()
    {
        NetlinkSocket frames = NetlinkSocket.Open(NETLINK_GENERIC);
        try
        {
            frames.SetOption(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1);
            frames.SetOption(SOL_SOCKET, SO_RCVBUFFORCE, SocketBufferSize);
            frames.SetOption(SOL_SOCKET, SO_SNDBUFFORCE, SocketBufferSize);
            return frames;
        }
        catch (Linux.LibCException e) when (e.Errno == EPERM)
        {
            frames.Dispose();
            throw new InjectorException("not privileged: the socket to mac80211_hwsim needs CAP_NET_ADMIN; run as root");
        }
        catch
        {
            frames.Dispose();
            throw;
        }
    }
}
