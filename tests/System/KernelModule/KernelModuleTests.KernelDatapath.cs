using System.Buffers.Binary;
using System.Text;
using ShmWifi.Dot11.Frames;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.System.KernelModule;

/// <summary>The kernel datapath: how it comes and goes, and what it does in between.</summary>
public partial class KernelModuleTests
{
    private const ulong ClockErrorNs = 1_000_000_000; // a guest's own clock began at its boot, seconds ago

    [Test]
    public async Task TheDatapathIsChangedWhileTheModuleRuns()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        string before = await Guest.RunAsync("looking at the kernel datapath", DescribeDatapath(datapath));
        await Guest.RunAsync("putting the user datapath in place", $"echo user >{datapath.Attribute}");
        string after = await Guest.RunAsync("looking at the user datapath", DescribeDatapath(datapath));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Is.EqualTo("kernel, 0 UIO devices, driver mac80211_hwsim"));
            Assert.That(after, Is.EqualTo("user, 1 UIO devices, driver none"));
        }
    }

    [Test]
    public async Task AWordThatIsNoDatapathIsRefused()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        var (exitCode, output) = await datapath.TryChangeAsync("usre");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.Not.Zero);
            Assert.That(output, Does.Contain("Invalid argument"));
            Assert.That(await Guest.RunAsync("reading the datapath", $"cat {datapath.Attribute}"), Is.EqualTo("kernel"));
        }
    }

    [Test]
    public async Task TheUserDatapathStaysWhileAProcessHasItOpen()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await Guest.RunAsync("putting the user datapath in place", $"echo user >{datapath.Attribute}");
        var (exitCode, output) = await Guest.TryRunAsync(
            $$"""
            {{await HoldAsync()}}
            echo kernel >{{datapath.Attribute}}
            code=$?
            kill $!
            wait $!
            exit $code
            """);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.Not.Zero);
            Assert.That(output, Does.Contain("Device or resource busy"));
            Assert.That(await datapath.LogAsync(),
                Does.Contain($"{Guest.Medium.PciAddress}: the user datapath is in use: a process has the UIO device open"));
        }
        Assert.That((await datapath.TryChangeAsync("kernel")).ExitCode, Is.Zero, "it is free now");
    }

    [Test]
    public async Task TheKernelDatapathStaysWhileAnInterfaceIsUp()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        var (exitCode, output) = await datapath.TryChangeAsync("user");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.Not.Zero);
            Assert.That(output, Does.Contain("Device or resource busy"));
            Assert.That(await datapath.LogAsync(),
                Does.Contain($"{Guest.Medium.PciAddress}: the kernel datapath is in use: an interface of mac80211_hwsim is up"));
        }
        Assert.That((await Guest.TryRunAsync($"ip link set wlan0 down && echo user >{datapath.Attribute}")).ExitCode, Is.Zero, "it is free now");
    }

    [Test]
    public async Task ARegionOfAnotherVersionKeepsItsUserDatapath()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        var (exitCode, _) = await datapath.TryChangeAsync("kernel", Guest.Newer);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.Not.Zero);
            Assert.That(await Guest.RunAsync("reading the datapath", $"cat {KernelDatapath.DatapathOf(Guest.Newer)}"), Is.EqualTo("user"));
            Assert.That(await datapath.LogAsync(), Does.Contain(
                $"{Guest.Newer.PciAddress}: the host speaks ABI {Abi.FormatVersion(ModuleGuest.OtherVersion)}, this module "
                    + $"{Abi.FormatVersion(Abi.Version)}"));
        }
    }

    [Test]
    public async Task AVmWithoutAPortKeepsItsUserDatapath()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await Guest.RunAsync("putting the user datapath in place", $"echo user >{datapath.Attribute}");
        datapath.Host.Region.Detach(SimulatedHost.PortIndex);
        var (exitCode, _) = await datapath.TryChangeAsync("kernel");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exitCode, Is.Not.Zero);
            Assert.That(await Guest.RunAsync("reading the datapath", $"cat {datapath.Attribute}"), Is.EqualTo("user"));
            Assert.That(await datapath.LogAsync(),
                Does.Contain($"{Guest.Medium.PciAddress}: the host has no port for this VM (peer {IvshmemServer.VmPeerId})"));
        }
    }

    [Test]
    public async Task TheHostIsToldOfRadiosAndAddressesAndAgainWhenItAsks()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.Host.AwaitAsync("HELLO", slot => slot.Kind == RingKind.Hello);
        await Guest.RunAsync("setting the interface up", "ip link set wlan0 up");
        var address = MacAddress.Parse(await Guest.RunAsync("reading the address", "cat /sys/class/net/wlan0/address"));
        string phy = await Guest.RunAsync("reading the radio's name", "cat /sys/class/net/wlan0/phy80211/name");
        await datapath.Host.AwaitAsync("the address", slot => slot.Kind == RingKind.AddressAdd && slot.Address == address);
        var first = datapath.Host.Sent().First(slot => slot.Kind == RingKind.RadioAdd);

        datapath.Host.Forget();
        await datapath.Host.PostAndWaitAsync(new RxDescriptor { Kind = RingKind.Announce });
        await datapath.Host.AwaitAsync("the address again", slot => slot.Kind == RingKind.AddressAdd && slot.Address == address);
        var again = datapath.Host.Sent().Select(slot => slot.Kind).ToList();

        await Guest.RunAsync("setting the interface down", "ip link set wlan0 down");
        await datapath.Host.AwaitAsync("that the address went", slot => slot.Kind == RingKind.AddressDel && slot.Address == address);
        await Guest.RunAsync("removing the radio's interface", "iw dev wlan0 del");
        await datapath.Host.AwaitAsync("that the radio went", slot => slot.Kind == RingKind.RadioDel && slot.Radio == first.Radio);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Encoding.UTF8.GetString(first.Payload), Is.EqualTo(phy));
            Assert.That(again, Is.EqualTo(new[] { RingKind.Hello, RingKind.RadioAdd, RingKind.AddressAdd }));
        }
    }

    [Test]
    public async Task AnUnboundDeviceSaysThatItsRadiosAreGone()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        ushort radio = (await datapath.Host.AwaitAsync("the radio", slot => slot.Kind == RingKind.RadioAdd)).Radio;
        await Guest.RunAsync("unbinding the device", $"echo {Guest.Medium.PciAddress} >{Driver}/unbind");
        await datapath.Host.AwaitAsync("that the radio went", slot => slot.Kind == RingKind.RadioDel && slot.Radio == radio);
        await Guest.RunAsync("binding it", $"echo {Guest.Medium.PciAddress} >{Driver}/bind && echo kernel >{datapath.Attribute}");
    }

    [Test]
    public async Task FramesGoToTheHostAsTheyWereSent()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        var frame = await datapath.SendAsync(200);
        var numbers = datapath.Host.Sent().Where(slot => slot.Kind == RingKind.Frame)
            .Select(slot => BinaryPrimitives.ReadUInt32LittleEndian(slot.Payload.AsSpan(24))).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(numbers, Is.EqualTo(Enumerable.Range(1, 200).Select(number => (uint)number)));
            Assert.That(new MacAddress(frame.Payload.AsSpan(4)), Is.EqualTo(MacAddress.Parse(KernelDatapath.Stranger)));
            Assert.That(frame.FreqMhz, Is.EqualTo(KernelDatapath.FreqMhz));
            Assert.That(await datapath.StatisticAsync("tx_frames"), Is.EqualTo(200));
            Assert.That(datapath.Host.Port.ReadCounter(GuestCounter.TxFrames), Is.EqualTo(200), "the same counter, in the region");
        }
    }

    [Test]
    public async Task AFrameOfTheHostsReachesTheRadioAndIsStamped()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        ushort radio = (await datapath.Host.AwaitAsync("the radio", slot => slot.Kind == RingKind.RadioAdd)).Radio;
        await Deadline.UntilAsync(() => datapath.Host.Port.ClockErrorNs != 0, () => "the guest does not know the host's clock");
        long before = await ReceivedAsync();
        ulong from = (ulong)MonotonicClock.NowNs;
        ulong injected = await DeliverAsync(datapath, radio);
        ulong until = (ulong)MonotonicClock.NowNs;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await ReceivedAsync(), Is.EqualTo(before + 1));
            Assert.That(injected, Is.InRange(from - ClockErrorNs, until + ClockErrorNs), "on the host's clock");
            Assert.That(await datapath.StatisticAsync("rx_frames"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task ARadioThatListensElsewhereRefuses()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest, RegionFeatures.Channels);
        await datapath.ListenAsync();
        ushort radio = (await datapath.Host.AwaitAsync("the radio", slot => slot.Kind == RingKind.RadioAdd)).Radio;
        uint index = datapath.Host.Port.Rx.Tail;
        await datapath.Host.PostAndWaitAsync(datapath.Host.FrameOf(radio, 28, 2437));
        Assert.That(await datapath.StatisticAsync("rx_refused"), Is.EqualTo(1));
        Assert.That(datapath.Host.Port.InjectedNs(index), Is.EqualTo(Abi.DoneRefused));
    }

    [Test]
    public async Task TheDeviceIsUnboundAndBoundUnderTraffic()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        await datapath.SendOnAsync();
        for (int i = 0; i < 5; i++)
        {
            await datapath.Host.AwaitAsync("a frame", slot => slot.Kind == RingKind.Frame);
            await Guest.RunAsync("unbinding the device", $"echo {Guest.Medium.PciAddress} >{Driver}/unbind");
            Assert.That(await Guest.RunAsync("looking at statistics", "ls /sys/kernel/debug/shmwifi"), Is.Empty);
            datapath.Host.Forget();
            await Guest.RunAsync("binding it", $"echo {Guest.Medium.PciAddress} >{Driver}/bind && echo kernel >{datapath.Attribute}");
            await datapath.Host.AwaitAsync("the radio", slot => slot.Kind == RingKind.RadioAdd);
        }
        await datapath.Host.AwaitAsync("a frame", slot => slot.Kind == RingKind.Frame);
    }

    [Test]
    public async Task TheModuleIsReloadedUnderTraffic()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        await datapath.SendOnAsync();
        for (int i = 0; i < 5; i++)
        {
            await datapath.Host.AwaitAsync("a frame", slot => slot.Kind == RingKind.Frame);
            datapath.Host.Forget();
            await Guest.RunAsync("reloading the module", $"{Reload} && echo kernel >{datapath.Attribute}");
        }
        await datapath.Host.AwaitAsync("the radio", slot => slot.Kind == RingKind.RadioAdd);
        await datapath.Host.AwaitAsync("a frame", slot => slot.Kind == RingKind.Frame);
    }

    [Test]
    public async Task TheDriverOfTheRadiosIsReloadedUnderTraffic()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        for (int i = 0; i < 3; i++)
        {
            await datapath.ListenAsync();
            await datapath.SendOnAsync();
            await datapath.Host.AwaitAsync("a frame", slot => slot.Kind == RingKind.Frame);
            await Guest.RunAsync("reloading hwsim", "rmmod mac80211_hwsim && kill $(cat /tmp/injector) && modprobe mac80211_hwsim radios=1");
            datapath.Host.Forget();
        }
        await datapath.ListenAsync();
        await datapath.SendAsync(10);
    }

    [Test]
    public async Task HwsimLeavesTheDeviceAndTakesItAgainUnderTraffic()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        await datapath.SendOnAsync();
        await datapath.Host.AwaitAsync("a frame", slot => slot.Kind == RingKind.Frame);
        datapath.Host.Forget();
        await Guest.RunAsync(
            "unbinding hwsim, and binding it",
            """
            cd /sys/bus/virtio/drivers/mac80211_hwsim
            device=$(echo virtio*)
            for i in $(seq 20); do
                echo $device >unbind
                echo $device >bind
                usleep 100000
            done
            """);
        await datapath.Host.AwaitAsync("the radio", slot => slot.Kind == RingKind.RadioAdd);
        await datapath.Host.AwaitAsync("a frame", slot => slot.Kind == RingKind.Frame);
    }

    [Test]
    // after this one, BAR2 lies where the kernel puts it, not where the firmware did
    [DependsOnTest(nameof(TheRegionIsMappedWriteBack), AllowFailure = true)]
    public async Task TheDeviceIsRemovedByItsBusUnderTraffic()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        await datapath.SendOnAsync();
        await datapath.Host.AwaitAsync("a frame", slot => slot.Kind == RingKind.Frame);
        await Guest.RunAsync("removing the device", $"echo 1 >{ModuleGuest.Sysfs(Guest.Medium)}/remove");
        datapath.Host.Forget();
        await Guest.RunAsync("finding it again", $"echo 1 >/sys/bus/pci/rescan && echo kernel >{datapath.Attribute}");
        await datapath.Host.AwaitAsync("the radio", slot => slot.Kind == RingKind.RadioAdd);
        await datapath.Host.AwaitAsync("a frame", slot => slot.Kind == RingKind.Frame);
    }

    [Test]
    public async Task TheMediumComesBackAfterASuspend()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        await datapath.SendAsync(10);
        datapath.Host.Forget();
        // Suspends all devices, waits five seconds, and resumes them. Source: linux Documentation/power/basic-pm-debugging.rst
        await Guest.RunAsync("suspending", "echo devices >/sys/power/pm_test && echo freeze >/sys/power/state && echo none >/sys/power/pm_test");
        await datapath.Host.AwaitAsync("HELLO", slot => slot.Kind == RingKind.Hello);
        await datapath.SendAsync(10);
    }

    /// <summary>The datapath, and the devices of each.</summary>
    private string DescribeDatapath(KernelDatapath datapath) =>
        $"""
        driver=none
        for device in /sys/bus/virtio/devices/*; do
            [ "$(cat $device/device)" != 0x001d ] || driver=$(basename $(readlink $device/driver))
        done
        echo "$(cat {datapath.Attribute}), $(ls {ModuleGuest.Sysfs(Guest.Medium)}/uio 2>/dev/null | wc -l) UIO devices, driver $driver"
        """;

    private async Task<long> ReceivedAsync() =>
        long.Parse(await Guest.RunAsync("reading what was received", "cat /sys/class/net/wlan0/statistics/rx_packets"));

    private static Task<ulong> DeliverAsync(KernelDatapath datapath, ushort radio) => datapath.Host.DeliverAsync(
        radio, MediumFrames.Data(new MacAddress(0x0200_0000_0000), MacAddress.Parse(KernelDatapath.Stranger), 1, 2, 3, 4), KernelDatapath.FreqMhz);
}
