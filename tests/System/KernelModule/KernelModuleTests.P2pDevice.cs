using ShmWifi.Dot11.Frames;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.System.KernelModule;

/// <summary>A P2P Device: an interface without a network device, of which hwsim's messages tell alone.</summary>
public partial class KernelModuleTests
{
    /// <summary>hwsim asks for the address for a scan, and takes it back when the scan ends.</summary>
    [Test]
    public async Task AP2pDeviceKeepsItsAddressAfterAScan()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await Guest.RunAsync(
            "starting a P2P Device",
            """
            printf '%s\n' ctrl_interface=/tmp/wpa >/tmp/wpa.conf
            wpa_supplicant -B -D nl80211 -i wlan0 -c /tmp/wpa.conf
            """);
        var address = MacAddress.Parse(await Guest.RunAsync(
            "reading its address", "iw dev | sed -n '/non-netdev/,$s/.*addr //p' | head -n 1"));
        await datapath.Host.AwaitAsync("its address", slot => slot.Kind == RingKind.AddressAdd && slot.Address == address);

        datapath.Host.Forget();
        await Guest.RunAsync("scanning", "wpa_cli -p /tmp/wpa -i p2p-dev-wlan0 p2p_find 3 && sleep 6");
        Assert.That(datapath.Host.Sent().Any(slot => slot.Kind == RingKind.Frame), "it sent probes");
        Assert.That(
            datapath.Host.Sent().Where(slot => slot.Kind == RingKind.AddressDel).Select(slot => slot.Address), Does.Not.Contain(address));

        datapath.Host.Forget();
        await Guest.RunAsync(
            "unbinding the device, and binding it",
            $"echo {Guest.Medium.PciAddress} >{Driver}/unbind && echo {Guest.Medium.PciAddress} >{Driver}/bind && echo kernel >{datapath.Attribute}");
        await datapath.Host.AwaitAsync("its address again", slot => slot.Kind == RingKind.AddressAdd && slot.Address == address);

        await Guest.RunAsync("stopping it", "kill $(pidof wpa_supplicant)");
        await Deadline.UntilAsync(
            () => !datapath.Addresses().Contains(address), () => $"{address} stayed among {string.Join(", ", datapath.Addresses())}");
    }
}
