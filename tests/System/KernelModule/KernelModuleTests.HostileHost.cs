using System.Diagnostics;
using System.Runtime.InteropServices;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.System.KernelModule;

/// <summary>The kernel datapath, against a host that breaks the rules, falls silent or goes: it can stop the medium, but not the guest.</summary>
public partial class KernelModuleTests
{
    private const string RingsAreBroken = "the host wrote impossible ring indices; no frames are moved until the device is bound again";

    [Test]
    public async Task InvalidDescriptorsAreCountedAndTheNextOneIsReceived()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        ushort radio = (await datapath.Host.AwaitAsync("the radio", slot => slot.Kind == RingKind.RadioAdd)).Radio;
        var good = datapath.Host.FrameOf(radio, 28, KernelDatapath.FreqMhz);
        ulong size = datapath.Host.Region.Size;
        var before = await CountsAsync(datapath);
        foreach (var (what, counter, descriptor) in ((string, string, RxDescriptor)[])
        [
            ("an unknown kind", "rx_invalid", good with { Kind = (RingKind)200 }),
            ("a kind that only guests send", "rx_invalid", good with { Kind = RingKind.RadioDel }),
            ("a frame for no radio", "rx_refused", good with { Radio = ushort.MaxValue }),
            ("a frame for the next radio", "rx_refused", good with { Radio = (ushort)(radio + 1) }),
            ("a frame without a receiver", "rx_invalid", good with { Length = 9 }),
            ("a frame that hwsim does not take", "rx_invalid", good with { Length = 2305 }),
            ("a length beyond all", "rx_invalid", good with { Length = uint.MaxValue }),
            ("an offset before the ports", "rx_invalid", good with { Offset = Abi.HeaderSize - 1 }),
            ("a frame across the region's end", "rx_invalid", good with { Offset = size - 27 }),
            ("an offset at the region's end", "rx_invalid", good with { Offset = size }),
            ("an offset that wraps", "rx_invalid", good with { Offset = ulong.MaxValue - 4 }),
            ("no frequency", "rx_invalid", good with { FreqMhz = 0 }),
            ("a status for no radio", "status_dropped", good with { Kind = RingKind.TxStatus, Radio = Abi.MaxRadios }),
        ])
        {
            await datapath.Host.PostAndWaitAsync(descriptor);
            await DeliverAsync(datapath, radio);
            var after = await CountsAsync(datapath);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(after[counter], Is.EqualTo(before[counter] + 1), $"{counter} after {what}");
                Assert.That(after[ReceivedByTheMonitor], Is.EqualTo(before[ReceivedByTheMonitor] + 1), $"frames received after {what}");
            }
            before = after;
        }
    }

    [Test]
    public async Task ATailFarAheadStopsTheMediumUntilTheDeviceIsBoundAnew() =>
        await BreakTheRingsAsync((ref PortHeader words) => words.RxTail += 1_000_000);

    [Test]
    public async Task AHeadBeyondTheTailStopsTheMediumUntilTheDeviceIsBoundAnew() =>
        await BreakTheRingsAsync((ref PortHeader words) => words.TxHead += 1_000_000);

    [Test]
    public async Task RingsThatAreBrokenFromTheStartStopTheMediumAlone()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await Guest.RunAsync("putting the user datapath in place", $"echo user >{datapath.Attribute}");
        datapath.Host.IsSilent = true;
        Write(datapath.Host, (ref PortHeader words) => words.TxHead += 1_000_000);
        await Guest.RunAsync("putting the kernel datapath in place", $"echo kernel >{datapath.Attribute}");
        await datapath.WaitForLogAsync(RingsAreBroken);
        await datapath.ListenAsync();
        await Guest.RunAsync("sending frames", $"probe inject wlan0 {KernelDatapath.Stranger} 100");
    }

    [Test]
    public async Task AHostThatFallsSilentIsTakenForGoneUntilItSpeaks()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        await datapath.SendAsync(10);
        datapath.Host.IsSilent = true;
        await StayAwayAsync(datapath, "it does not answer");
        datapath.Host.IsSilent = false;
        await ComeBackAsync(datapath);
    }

    [Test]
    public async Task AHostThatGoesInOrderIsTakenForGoneUntilItIsBack()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        await datapath.SendAsync(10);
        datapath.Host.Region.HostState = HostState.Away;
        await StayAwayAsync(datapath, "shm-medium does not run, or has no VM on our port");
        datapath.Host.Region.HostState = HostState.Running;
        await ComeBackAsync(datapath);
    }

    [TestCase(PortState.Free, "shm-medium does not run, or has no VM on our port")]
    [TestCase(PortState.Faulted, "it has faulted our port")]
    [TestCase((PortState)99, "shm-medium does not run, or has no VM on our port")]
    public async Task APortThatIsNotOursAnyMoreStopsTheMediumUntilItIs(PortState state, string reason)
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        await datapath.SendAsync(10);
        Write(datapath.Host, (ref PortHeader words) => words.HostState = state);
        await StayAwayAsync(datapath, reason);
        Write(datapath.Host, (ref PortHeader words) => words.HostState = PortState.Attached);
        await ComeBackAsync(datapath);
    }

    /// <summary>What a host may write where it should not: anything.</summary>
    [Test]
    public async Task AHostThatWritesAnythingAnywhereHarmsNobody()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest, RegionFeatures.Channels);
        await datapath.ListenAsync();
        await datapath.SendOnAsync();
        var random = new Random(5);
        for (int round = 0; round < 2000; round++)
        {
            datapath.Host.Post(Anything(random, datapath.Host.Region.Size));
            if (round % 50 == 0)
                await Task.Delay(10); // 1024 descriptors, and the guest is slower than we
        }

        datapath.Host.IsSilent = true;
        for (int round = 0; round < 200; round++)
        {
            Write(datapath.Host, (ref PortHeader words) => random.NextBytes(MemoryMarshal.AsBytes(new Span<PortHeader>(ref words))));
            datapath.Host.Interrupt();
            await Task.Delay(1);
        }
        await Guest.RunAsync("asking the guest for a sign of life", "cat /proc/uptime");
    }

    /// <summary>hwsim keeps a rate's flags by its place: an index of another place would be taken for one of another kind.</summary>
    [Test]
    public async Task AStatusThatNamesARateInAnothersPlaceIsCut()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        var sent = await datapath.SendAsync(1);
        byte first = (byte)sent.Rates;
        var before = await CountsAsync(datapath);
        await datapath.Host.PostAndWaitAsync(new RxDescriptor
        {
            Kind = RingKind.TxStatus,
            Radio = sent.Radio,
            Cookie = sent.Cookie,
            Rates = 0x00ff_00ff_0100_0100UL | first | ((ulong)first << 16), // the second one is not in the chain
        });
        Assert.That((await CountsAsync(datapath))["rx_invalid"], Is.EqualTo(before["rx_invalid"] + 1));
    }

    /// <summary>The host moves each frame to the pool, and its sender writes the slot again, at all times after it was posted.</summary>
    [Test]
    public async Task FramesThatMoveWhileTheyAreCopiedAreReceivedWhole()
    {
        const int Frames = 2000;
        const int Length = 1500;
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        ushort radio = (await datapath.Host.AwaitAsync("the radio", slot => slot.Kind == RingKind.RadioAdd)).Radio;
        await Guest.RunAsync("watching", $"probe watch wlan0 {Frames} >/tmp/watch 2>&1 & until grep -qs watching /tmp/watch; do usleep 10000; done");
        for (uint number = 0; number < Frames; number++)
            await PostAndMoveAsync(datapath.Host, radio, number, Length);
        string seen = await Guest.RunAsync("counting", "until grep -qs whole /tmp/watch; do usleep 10000; done; tail -n 1 /tmp/watch; rm /tmp/watch");
        Assert.That(seen, Is.EqualTo($"whole {Frames} torn 0"));
    }

    private static async Task PostAndMoveAsync(SimulatedHost host, ushort radio, uint number, int length)
    {
        byte[] header = [0x08, 0x00, 0, 0, 0x02, 0, 0, 0, 0x77, 0x01, 0x02, 0, 0, 0, 0x77, 0x02, 0x02, 0, 0, 0, 0x77, 0x02, 0, 0];
        byte[] frame = [.. header, .. Enumerable.Repeat((byte)number, length - header.Length)];
        byte[] next = [.. header, .. Enumerable.Range(0, length - header.Length).Select(octet => (byte)(octet * 85))];
        uint index = host.Post(Written(host, frame) with { Radio = radio });
        long posted = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(posted).TotalMicroseconds < number % 400)
        {
        }
        host.Move(index, number % host.Region.Geometry.PoolSlots, next);
        await Deadline.UntilAsync(() => (int)(host.RxHead - index) > 0, () => $"the guest's RX head stays at {host.RxHead}, not beyond {index}");
    }

    /// <summary>A frame in the first TX slot of another port.</summary>
    private static unsafe RxDescriptor Written(SimulatedHost host, byte[] frame)
    {
        byte* slot = (byte*)host.Region.OpenGuestPort(1).TxSlot(0) + Abi.SlotHeaderSize;
        frame.CopyTo(new Span<byte>(slot, frame.Length));
        return host.FrameOf(0, (uint)frame.Length, KernelDatapath.FreqMhz) with { Offset = host.Port.OffsetOf(slot) };
    }

    /// <summary>Interfaces come up under one address after the other, and nobody is told.</summary>
    [Test]
    public async Task AddressesDoNotPileUpWhileTheHostIsAway()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        datapath.Host.Region.HostState = HostState.Away;
        await datapath.WaitForLogAsync("the host is away");
        await Guest.RunAsync(
            "changing addresses",
            """
            for i in 11 12 13 14 15 16 17 18 19; do
                ip link set wlan0 address 02:00:00:00:00:$i && ip link set wlan0 up && ip link set wlan0 down
            done
            """);
        Assert.That(await datapath.StatisticAsync("addresses"), Is.Zero);
        datapath.Host.Forget();
        datapath.Host.Region.HostState = HostState.Running;
        await datapath.Host.AwaitAsync("the radio", slot => slot.Kind == RingKind.RadioAdd);
    }

    /// <summary>A host can come and go as often as it likes, and fill no log by it.</summary>
    [Test]
    public async Task AHostThatComesAndGoesIsToldOfTenTimesAMinute()
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        for (int i = 0; i < 16; i++)
        {
            datapath.Host.Region.HostState = i % 2 == 0 ? HostState.Away : HostState.Running;
            await Task.Delay(1200); // the module looks once a second
        }
        int lines = (await datapath.LogAsync()).Split('\n').Count(line => line.Contains(": the host is ", StringComparison.Ordinal));
        Assert.That(lines, Is.InRange(2, 10));
    }

    private const string ReceivedByTheMonitor = "rx_packets";

    /// <summary>The module's statistics, and how many frames the monitor interface has received, in one reading.</summary>
    private async Task<Dictionary<string, long>> CountsAsync(KernelDatapath datapath)
    {
        string lines = await Guest.RunAsync(
            "reading statistics", $"cat {datapath.Statistics}; echo {ReceivedByTheMonitor} $(cat /sys/class/net/wlan0/statistics/rx_packets)");
        return lines.Split('\n').Select(line => line.Split(' ')).ToDictionary(fields => fields[0], fields => long.Parse(fields[1]));
    }

    private delegate void Change(ref PortHeader words);

    private static unsafe void Write(SimulatedHost host, Change change) => change(ref *host.Words);

    private static RxDescriptor Anything(Random random, ulong size) => new()
    {
        Kind = (RingKind)random.Next(12),
        Flags = (TxFlags)random.Next(256),
        Radio = (ushort)random.Next(3),
        Length = (uint)random.Next(4096),
        Offset = (ulong)random.NextInt64((long)size),
        Cookie = (ulong)random.Next(1000),
        FreqMhz = random.Next(2) == 0 ? KernelDatapath.FreqMhz : (uint)random.Next(),
        SignalDbm = (sbyte)random.Next(-128, 128),
        RateIndex = (byte)random.Next(256),
        SourcePort = (ushort)random.Next(65536),
        Rates = (ulong)random.NextInt64(),
    };

    private async Task BreakTheRingsAsync(Change change)
    {
        await using var datapath = await KernelDatapath.StartAsync(Guest);
        await datapath.ListenAsync();
        await datapath.SendAsync(10);
        datapath.Host.IsSilent = true;
        Write(datapath.Host, change);
        datapath.Host.Interrupt();
        await Guest.RunAsync("sending what nobody receives", $"probe inject wlan0 {KernelDatapath.Stranger} 100");
        await datapath.WaitForLogAsync(RingsAreBroken);
        Assert.That(await datapath.StatisticAsync("tx_dropped"), Is.Not.Zero);
    }

    /// <summary>Nobody acknowledges now: frames are answered by the module, and the kernel's queues go on.</summary>
    private async Task StayAwayAsync(KernelDatapath datapath, string reason)
    {
        await datapath.WaitForLogAsync($"{Guest.Medium.PciAddress}: the host is away ({reason})");
        long dropped = await datapath.StatisticAsync("tx_dropped");
        await Guest.RunAsync("sending what nobody receives", $"probe inject wlan0 {KernelDatapath.Stranger} 300");
        Assert.That(await datapath.StatisticAsync("tx_dropped"), Is.GreaterThanOrEqualTo(dropped + 300));
    }

    private static async Task ComeBackAsync(KernelDatapath datapath)
    {
        datapath.Host.Forget();
        await datapath.WaitForLogAsync("the host is back");
        await datapath.Host.AwaitAsync("HELLO", slot => slot.Kind == RingKind.Hello);
        await datapath.SendAsync(10);
    }
}
