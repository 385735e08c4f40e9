using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.System.KernelModule;

/// <summary>The kernel datapath tells the host where each radio listens, at once.</summary>
public partial class KernelModuleTests
{
    private const string JoinNetwork =
        "ip link set wlan0 down && iw dev wlan0 set type ibss && ip link set wlan0 up && "
            + "iw dev wlan0 ibss join test 2437 fixed-freq 02:00:00:00:77:02";

    private const string StopAccessPoint = "kill $(pidof hostapd) && while pidof hostapd >/dev/null; do usleep 10000; done";
    private const byte ProbeRequest = 0x40; // the frame control's first octet
    private const int ScannedChannels = 13;
    private const uint HomeMhz = 2412; // where an idle radio is for a moment before and after it was elsewhere: the host is told if there is time

    [Test]
    public async Task TheHostIsToldWhereARadioListens()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest, RegionFeatures.Channels);
        await datapath.AwaitChannelAsync(0); // the interface is down
        datapath.Host.Forget();
        await Guest.RunAsync("setting the interface up", "ip link set wlan0 up");
        await datapath.Host.AwaitAsync("the address", slot => slot.Kind == RingKind.AddressAdd);
        Assert.That(datapath.Channels().Where(freq => freq != 0), Is.Empty, "up, but idle");

        await Guest.RunAsync("starting an access point", StartAccessPoint(6));
        await datapath.AwaitChannelAsync(2437);
        datapath.Host.Forget();
        await datapath.Host.PostAndWaitAsync(new RxDescriptor { Kind = RingKind.Announce });
        await datapath.Host.AwaitAsync("the address again", slot => slot.Kind == RingKind.AddressAdd);
        Assert.That(
            datapath.Host.Sent().Where(slot => slot.Kind != RingKind.Frame).Select(slot => (slot.Kind, slot.FreqMhz)),
            Is.EqualTo(new[] { (RingKind.Hello, 0u), (RingKind.RadioAdd, 0u), (RingKind.RadioChannel, 2437u), (RingKind.AddressAdd, 0u) }));

        await Guest.RunAsync("switching the channel", "hostapd_cli -p /tmp/hostapd chan_switch 3 2462");
        await datapath.AwaitChannelAsync(2462);
        await Guest.RunAsync("stopping it", StopAccessPoint);
        await datapath.AwaitChannelAsync(0);
    }

    [Test]
    public async Task TheHostIsToldOfEachChannelOfAScan()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest, RegionFeatures.Channels);
        await Guest.RunAsync("setting the interface up", "ip link set wlan0 up");
        await datapath.AwaitChannelAsync(0);
        uint[] scanned = [.. Enumerable.Range(0, ScannedChannels).Select(channel => (uint)(2412 + (5 * channel)))];
        string scan = $"iw dev wlan0 scan freq {string.Join(' ', scanned)}";

        datapath.Host.Forget();
        await Guest.RunAsync("scanning", scan);
        await datapath.AwaitChannelAsync(0);
        Assert.That(datapath.Channels().ToArray(), Is.AnyOf((uint[])[.. scanned, HomeMhz, 0], (uint[])[.. scanned, 0]), "of an idle radio, in order");
        AssertThatProbesAreSentWhereTheRadioIs(datapath);

        await Guest.RunAsync("joining a network", JoinNetwork);
        await datapath.AwaitChannelAsync(2437);
        datapath.Host.Forget();
        await Guest.RunAsync("scanning", scan);
        await Deadline.UntilAsync(() => datapath.Channels() is [.., 2472, 2437], () => $"the radio's way was {datapath.DescribeChannels()}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(datapath.Channels().Where(freq => freq != 2437), Is.EqualTo(scanned.Where(freq => freq != 2437)), "of a network");
            Assert.That(datapath.Channels(), Has.Count.LessThanOrEqualTo(2 * ScannedChannels));
        }
        AssertThatProbesAreSentWhereTheRadioIs(datapath);
    }

    [Test]
    public async Task TheHostIsToldWhenARadioRemainsElsewhereForAWhile()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest, RegionFeatures.Channels);
        await Guest.RunAsync("setting the interface up", "ip link set wlan0 up");
        await datapath.AwaitChannelAsync(0);
        datapath.Host.Forget();
        await Guest.RunAsync("listening elsewhere", "iw dev wlan0 offchannel 2462 200");
        await datapath.AwaitChannelAsync(2462);
        await datapath.AwaitChannelAsync(0);
        Assert.That(datapath.Channels().ToArray(), Is.AnyOf(
            (uint[])[HomeMhz, 2462, HomeMhz, 0], (uint[])[2462, HomeMhz, 0], (uint[])[HomeMhz, 2462, 0], (uint[])[2462, 0]));
    }

    [Test]
    public async Task ARadioWithSeveralChannelsAtATimeMayListenAnywhere()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest, RegionFeatures.Channels, "radios=1 channels=2");
        await Guest.RunAsync("setting the interface up", "ip link set wlan0 up");
        await datapath.Host.AwaitAsync("that it may listen anywhere", slot =>
            slot.Kind == RingKind.RadioChannel && slot.Flags == (byte)ChannelFlags.Unknown && slot.FreqMhz == 0);
        datapath.Host.Forget();
        await Guest.RunAsync("scanning", "iw dev wlan0 scan freq 2412 2437");
        Assert.That(datapath.Channels(), Is.Empty);
    }

    /// <summary>It would fault the port.</summary>
    [Test]
    public async Task AHostThatDoesNotTakeItIsNeverToldWhereARadioListens()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await Guest.RunAsync("setting the interface up, and scanning", "ip link set wlan0 up && iw dev wlan0 scan freq 2412 2437");
        await datapath.Host.AwaitAsync("the address", slot => slot.Kind == RingKind.AddressAdd);
        Assert.That(datapath.Channels(), Is.Empty);
    }

    /// <summary>In order with its frames: a frame is never on another channel than the host was told last.</summary>
    private static void AssertThatProbesAreSentWhereTheRadioIs(KernelDatapath datapath)
    {
        uint told = 0;
        int probes = 0;
        foreach (var slot in datapath.Host.Sent())
        {
            if (slot.Kind == RingKind.RadioChannel)
                told = slot.FreqMhz;
            if (slot.Kind != RingKind.Frame || slot.Payload[0] != ProbeRequest)
                continue;
            probes++;
            Assert.That(slot.FreqMhz, Is.EqualTo(told));
        }
        Assert.That(probes, Is.GreaterThan(0));
    }

    private static string StartAccessPoint(int channel) =>
        $"""
        printf '%s\n' interface=wlan0 ssid=test hw_mode=g channel={channel} ctrl_interface=/tmp/hostapd >/tmp/ap.conf
        hostapd -B /tmp/ap.conf
        """;
}
