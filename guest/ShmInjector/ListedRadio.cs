using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Hwsim.Radios;

namespace ShmWifi.ShmInjector;

/// <summary>A radio as <c>radios list</c> shows it.</summary>
/// <param name="Radio">hwsim's number for it, and the wiphy's name.</param>
/// <param name="Transmitter">addresses[1], by which hwsim's messages name it.</param>
/// <param name="Interfaces">Those that have a network device.</param>
internal sealed record ListedRadio(HwsimRadio Radio, MacAddress Address, MacAddress Transmitter, IReadOnlyList<ListedInterface> Interfaces)
{
    /// <summary>The radios of this network namespace.</summary>
    /// <exception cref="HwsimException">sysfs does not know one of them.</exception>
    public static List<ListedRadio> List(HwsimRegistration registration)
    {
        var radios = registration.Hwsim.ListRadios();
        var interfaces = registration.Nl80211.ListInterfaces();
        var links = NetworkLinks.List();
        return radios.ConvertAll(radio =>
        {
            var wiphy = Wiphy.Find(Wiphy.ClassPath, radio.Name)
                ?? throw new HwsimException($"radio {radio.Name} is not in {Wiphy.ClassPath}: it was removed just now, or /sys shows another "
                    + $"network namespace (\"ip netns exec\" mounts the right one)");
            return new ListedRadio(radio, wiphy.PermanentAddress, wiphy.Transmitter,
                [.. interfaces.Where(found => found is { Index: not 0, IsLink: false } && found.Wiphy == wiphy.Index)
                    .OrderBy(static found => found.Index).Select(found => new ListedInterface(found.Name, found.Address, links.IsUp(found.Index)))]);
        });
    }
}

/// <summary>An interface of a radio.</summary>
/// <param name="Name">"wlan0".</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ListedInterface(string Name, MacAddress Address, bool IsUp);
