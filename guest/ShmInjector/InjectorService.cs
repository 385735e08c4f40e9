using ShmWifi.Dot11;
using ShmWifi.Hwsim;
using ShmWifi.Hwsim.Radios;
using ShmWifi.RingBuffer;

namespace ShmWifi.Injector;

/// <summary>Puts the parts together, in the order in which each can fail clearly, and takes them apart again.</summary>
internal static class InjectorService
{
    /// <summary>Serves until SIGINT or SIGTERM.</summary>
    /// <param name="options">What the command line asks for.</param>
    /// <exception cref="HwsimException">The radios cannot be served, or not any more.</exception>
    /// <exception cref="InjectorException">The device is missing or in use, or the host has no port for us.</exception>
    /// <exception cref="RegionFormatException">The region is of another ABI, or none.</exception>
    public static void Run(InjectorOptions options)
    {
        using var signals = new SignalQueue();
        using KernelAir air = KernelAir.Find();
        using UioDevice device = UioDevice.Open(options.Device);
        Region region = device.OpenRegion();
        uint peerId = device.PeerId;
        int portIndex = region.FindPort(peerId);
        if (portIndex < 0)
            throw new InjectorException($"the host has no port for this VM (ivshmem peer {peerId}): shm-medium was started anew without it, or all {region.Geometry.Ports} ports were taken; restart this VM");
        GuestPort port = region.OpenGuestPort(portIndex);

        air.Take();
        if (options.Radios > 0)
        {
            List<MacAddress> addresses = RadioAddresses.Choose(options.Radios, options.Addresses, RadioAddresses.FindTaken(air, Warn), () => peerId);
            for (int i = 0; i < options.Radios; i++)
                air.Hwsim.CreateRadio(addresses[i], options.NamePrefix is null ? null : $"{options.NamePrefix}{i}", isPersistent: false);
        }

        var discovery = new RadioDiscovery(air.Hwsim, air.Nl80211);
        using var loop = new AirLoop(air, region, port, device, signals, discovery, options.SpinUs * 1000L, Warn);
        var statistics = new Statistics(port, loop, options.IsJson);
        signals.Report = statistics.Print;
        try
        {
            loop.Start();
            Console.Out.WriteLine($"shm-injector: ready, {loop.Radios.Count} radios, port {portIndex} (\"{region.GetPortName(portIndex)}\")");
            loop.Run();
        }
        finally
        {
            statistics.Print();
        }
    }

    private static void Warn(string text) => Console.Error.WriteLine($"shm-injector: {text}");
}
