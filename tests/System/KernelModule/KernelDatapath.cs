using System.Buffers.Binary;
using ShmWifi.Dot11.Frames;
using ShmWifi.Lab.Guest;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.System.KernelModule;

/// <summary>A guest whose module uses the kernel datapath, with one hwsim radio, against a
/// host that a test plays. Ended, it is as it was before.</summary>
internal sealed class KernelDatapath : IAsyncDisposable
{
    /// <summary>Where the monitor interface listens.</summary>
    public const uint FreqMhz = 2412;

    /// <summary>A station that is not there.</summary>
    public const string Stranger = "02:00:00:00:77:01";

    private const string LogMark = "shmwifi test begins";
    private const int InjectedLength = 28;

    private readonly ModuleGuest _guest;

    private KernelDatapath(ModuleGuest guest)
    {
        _guest = guest;
        Host = new SimulatedHost(OpenRegion(guest.Medium), IvshmemServer.VmPeerId, guest.Medium.Interrupt);
        Host.Serve();
    }

    /// <summary>The other side.</summary>
    public SimulatedHost Host { get; }

    /// <summary>The device's attribute.</summary>
    public string Attribute => DatapathOf(_guest.Medium);

    /// <summary>A device's attribute.</summary>
    public static string DatapathOf(IvshmemServer device) => $"{ModuleGuest.Sysfs(device)}/datapath";

    /// <summary>Switches the module to the kernel datapath.</summary>
    /// <param name="guest">With the user datapath, and without radios.</param>
    /// <param name="features">The host's.</param>
    /// <param name="radios">hwsim's parameters.</param>
    public static async Task<KernelDatapath> StartAsync(
        ModuleGuest guest, RegionFeatures features = RegionFeatures.None, string radios = "radios=1")
    {
        SetFeatures(guest.Medium, features);
        var datapath = new KernelDatapath(guest);
        await guest.RunAsync(
            "putting the kernel datapath in place",
            $"""
            echo {LogMark} >/dev/kmsg
            rmmod mac80211_hwsim
            modprobe mac80211_hwsim {radios}
            echo kernel >{datapath.Attribute}
            """);
        return datapath;
    }

    /// <summary>Sets the radio's interface up as a monitor.</summary>
    public Task ListenAsync() => _guest.RunAsync(
        "setting a monitor interface up",
        $"iw dev wlan0 set type monitor && ip link set wlan0 up && iw dev wlan0 set freq {FreqMhz}");

    /// <summary>Leaves a process behind that sends data frames as fast as it may; it ends with this.</summary>
    public Task SendOnAsync() => _guest.RunAsync(
        "sending without end", $"probe inject wlan0 {Stranger} 0 </dev/null >/dev/null 2>&1 & echo $! >/tmp/injector");

    /// <summary>Sends data frames to a stranger, and waits until the host has received the last.</summary>
    public async Task<SentSlot> SendAsync(int count)
    {
        Host.Forget();
        await _guest.RunAsync("sending frames", $"probe inject wlan0 {Stranger} {count}");
        return await Host.AwaitAsync($"data frame {count}", slot => IsInjected(slot, (uint)count));
    }

    /// <summary>Where the host was told that a radio listens, in order, MHz.</summary>
    public IReadOnlyList<uint> Channels() =>
        [.. Host.Sent().Where(slot => slot.Kind == RingKind.RadioChannel).Select(slot => slot.FreqMhz)];

    /// <summary>Waits until it was last told of one.</summary>
    public Task AwaitChannelAsync(uint freqMhz) => Deadline.UntilAsync(
        () => Channels() is [.., var last] && last == freqMhz, () => $"the radio is not on {freqMhz} MHz; its way was {DescribeChannels()}");

    /// <summary>The addresses that the host was told of, and not that they are gone.</summary>
    public IReadOnlySet<MacAddress> Addresses()
    {
        var addresses = new HashSet<MacAddress>();
        foreach (var slot in Host.Sent())
        {
            if (slot.Kind is RingKind.Hello)
                addresses.Clear();
            else if (slot.Kind is RingKind.AddressAdd)
                addresses.Add(slot.Address);
            else if (slot.Kind is RingKind.AddressDel)
                addresses.Remove(slot.Address);
        }
        return addresses;
    }

    /// <summary>For a message.</summary>
    public string DescribeChannels() => string.Join(", ", Channels());

    /// <summary>The file of the module's statistics: lines of a name and a number.</summary>
    public string Statistics => $"/sys/kernel/debug/shmwifi/{_guest.Medium.PciAddress}/statistics";

    /// <summary>A number of the module's statistics.</summary>
    public async Task<long> StatisticAsync(string name) => long.Parse(await _guest.RunAsync(
        $"reading {name}", $"sed -n 's/^{name} //p' {Statistics}"));

    /// <summary>What the kernel has said of our device since the kernel datapath started.</summary>
    public async Task<string> LogAsync()
    {
        string log = await _guest.KernelLogAsync();
        return log[log.LastIndexOf(LogMark, StringComparison.Ordinal)..];
    }

    /// <summary>Waits until the kernel has said something since the kernel datapath started.</summary>
    public async Task WaitForLogAsync(string text)
    {
        for (int tries = 0; !(await LogAsync()).Contains(text, StringComparison.Ordinal); tries++)
        {
            Assert.That(tries, Is.LessThan(100), $"the kernel did not say '{text}', but: {await LogAsync()}");
            await Task.Delay(100);
        }
    }

    /// <summary>Tries to change a device's datapath.</summary>
    /// <param name="device">Ours if null.</param>
    public Task<GuestResult> TryChangeAsync(string datapath, IvshmemServer? device = null) =>
        _guest.TryRunAsync($"echo {datapath} >{DatapathOf(device ?? _guest.Medium)}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _guest.RunAsync(
            "taking the kernel datapath away",
            $"""
            [ ! -e /tmp/injector ] || kill $(cat /tmp/injector)
            rm -f /tmp/injector
            for program in hostapd wpa_supplicant; do # they would come back with the next radio
                while pidof $program >/dev/null; do kill $(pidof $program); usleep 10000; done
            done
            rmmod mac80211_hwsim
            echo user >{Attribute}
            modprobe mac80211_hwsim radios=0
            """);
        await Host.DisposeAsync();
        _guest.Medium.ForgetDoorbells();
    }

    private static unsafe void SetFeatures(IvshmemServer device, RegionFeatures features) =>
        ((RegionHeader*)device.Memory.Address)->Features = features;

    private static unsafe Region OpenRegion(IvshmemServer device) => Region.Open(device.Memory.Address, device.Memory.Size);

    /// <summary>Whether it is a frame of guest/probe.c's with that number, from 1.</summary>
    private static bool IsInjected(SentSlot slot, uint number) => slot.Kind == RingKind.Frame && slot.Payload.Length == InjectedLength
        && BinaryPrimitives.ReadUInt32LittleEndian(slot.Payload.AsSpan(^sizeof(uint))) == number;
}
