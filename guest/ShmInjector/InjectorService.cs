using ShmWifi.Hwsim;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Hwsim.Radios;
using ShmWifi.RingBuffer;

namespace ShmWifi.ShmInjector;

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
        using var registration = HwsimRegistration.Find();
        using var device = UioDevice.Open(options.Device);
        HwsimRegistration.ServeWheneverLoaded(registration, signals, one => Serve(options, signals, one, device), Warn);
    }

    private static void Serve(InjectorOptions options, SignalQueue signals, HwsimRegistration registration, UioDevice device)
    {
        var region = device.OpenRegion();
        uint peerId = device.PeerId;
        int portIndex = region.FindPort(peerId);
        if (portIndex < 0)
            throw new InjectorException($"the host has no port for this VM (ivshmem peer {peerId}): shm-medium was started again without it, or "
                + $"all {region.Geometry.Ports} ports were taken; restart this VM");
        var port = region.OpenGuestPort(portIndex);

        registration.Register();
        if (options.Radios > 0)
        {
            var addresses = RadioAddresses.Choose(options.Radios, options.Addresses, RadioAddresses.FindTaken(registration, Warn), () => peerId);
            for (int i = 0; i < options.Radios; i++)
            {
                string? name = options.NamePrefix is null ? null : $"{options.NamePrefix}{i}";
                registration.Hwsim.CreateRadio(addresses[i], name, isPersistent: false, options.Features);
            }
        }

        var discovery = new RadioDiscovery(registration.Hwsim, registration.Nl80211);
        using var service =
            new HwsimService(registration, region, port, device, signals, discovery, options.SpinUs * 1000L, Warn, options.PatienceMs);
        var statistics = new Statistics(port, service, options.IsJson);
        signals.Report = statistics.Print;
        try
        {
            service.Start();
            Console.Out.WriteLine($"shm-injector: ready, {service.Radios.Count} radios, port {portIndex} (\"{region.GetPortName(portIndex)}\")");
            service.Run();
        }
        finally
        {
            signals.Report = null;
            statistics.Print();
        }
    }

    private static void Warn(string text) => Console.Error.WriteLine($"shm-injector: {text}");
}
