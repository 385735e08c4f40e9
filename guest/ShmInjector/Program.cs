using System.Reflection;
using ShmWifi.Hwsim.Netlink;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.ShmInjector;

const int Failure = 1;
const int WrongUsage = 2;

try
{
    switch (args)
    {
        case ["run", .. var options]:
            InjectorService.Run(InjectorOptions.Parse(options));
            return 0;
        case ["radios", .., "--help" or "-h"]:
            Console.Out.WriteLine(RadiosOptions.Help);
            return 0;
        case ["radios", .. var options]:
            RadiosCommand.Run(RadiosOptions.Parse(options));
            return 0;
        case ["--help" or "-h" or "help"]:
            Console.Out.WriteLine(InjectorOptions.Help);
            return 0;
        case ["--version"]:
            string? version = typeof(InjectorOptions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
            Console.Out.WriteLine(
                $"shm-injector {version}, region ABI {ShmWifi.RingBuffer.Layout.Abi.FormatVersion(ShmWifi.RingBuffer.Layout.Abi.Version)}");
            return 0;
        case []:
            throw new UsageException("say what to do: \"run\" or \"radios\"");
        default:
            throw new UsageException($"unknown command \"{args[0]}\"; there are \"run\" and \"radios\"");
    }
}
catch (UsageException e)
{
    Console.Error.WriteLine($"shm-injector: {e.Message}; see shm-injector --help");
    return WrongUsage;
}
catch (Exception e) when (e is InjectorException or HwsimException or RegionFormatException or NetlinkException or LibCException)
{
    Console.Error.WriteLine($"shm-injector: {e.Message}");
    return Failure;
}
