using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.System.KernelModule;

/// <summary>The kernel datapath tells the host with what power each radio sends, at once.</summary>
public partial class KernelModuleTests
{
    [Test]
    public async Task TheHostIsToldTheTransmitPower()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest, RegionFeatures.Channels | RegionFeatures.TxPower);
        await Guest.RunAsync("starting an access point", $"ip link set wlan0 up\n{StartAccessPoint(6)}");
        await AwaitTxPowerAsync(datapath, 20);
        foreach (sbyte dbm in (sbyte[])[5, 0, 13])
        {
            await Guest.RunAsync("setting the power", $"iw dev wlan0 set txpower fixed {dbm * 100}");
            await AwaitTxPowerAsync(datapath, dbm);
        }
        await Guest.RunAsync("leaving it to the kernel", "iw dev wlan0 set txpower auto");
        await AwaitTxPowerAsync(datapath, 20);
        Assert.That(TxPowers(datapath), Is.EqualTo(new[] { 20, 5, 0, 13, 20 }));
        await Guest.RunAsync("stopping it", StopAccessPoint);
    }

    /// <summary>It would fault the port.</summary>
    [Test]
    public async Task AHostThatDoesNotTakeItIsNotToldTheTransmitPower()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest, RegionFeatures.Channels);
        await Guest.RunAsync("setting the interface up", "ip link set wlan0 up && iw dev wlan0 set txpower fixed 500");
        await datapath.Host.AwaitAsync("the address", slot => slot.Kind == RingKind.AddressAdd);
        Assert.That(TxPowers(datapath), Is.Empty);
    }

    private static List<int> TxPowers(KernelDatapath datapath) =>
        [.. datapath.Host.Sent().Where(slot => slot.Kind == RingKind.RadioTxPower).Select(slot => (int)slot.TxPowerDbm)];

    private static Task AwaitTxPowerAsync(KernelDatapath datapath, sbyte dbm) => Deadline.UntilAsync(
        () => TxPowers(datapath) is [.., var last] && last == dbm, () => $"not {dbm} dBm, but {string.Join(", ", TxPowers(datapath))}");
}
