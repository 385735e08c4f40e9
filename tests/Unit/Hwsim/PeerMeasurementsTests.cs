using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Netlink;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Unit.Hwsim;

/// <summary>hwsim's requests reach the host, and whatever becomes of them, hwsim is told an end.</summary>
public sealed class PeerMeasurementsTests
{
    private static readonly MacAddress s_radio = MacAddress.Parse(RecordedMessages.Radio);

    private static readonly byte[] s_request = PmsrMessages.Request(
        new PmsrPeer(MacAddress.Parse("02:00:00:00:00:01"), FreqMhz: 2437, BandwidthMhz: 20, Ftms: 8, FtmrRetries: 3));

    [Test]
    public void ARequestLiesInItsSlotAsTheKernelWroteIt()
    {
        using var harness = new InjectorHarness().WithRadio();
        var first = Start(harness);
        var second = Start(harness);
        Assert.That((first!.Kind, first.Radio, first.Payload), Is.EqualTo((RingKind.PmsrRequest, (ushort)0, s_request)).UsingPropertiesComparer());
        Assert.That(second!.Cookie, Is.Not.EqualTo(first.Cookie));
        Assert.That(harness.KernelReceives(), Is.Empty);
    }

    [Test]
    public void TheHostsReportReachesTheKernel()
    {
        using var harness = new InjectorHarness().WithRadio();
        byte[] report = Report();
        HostReports(harness, Start(harness)!.Cookie, report);
        Assert.That(Reports(harness), Is.EqualTo(new[] { report }));
        HostReports(harness, cookie: 1, report);
        Assert.That(Reports(harness), Is.Empty, "nothing is asked any more");
        Assert.That(harness.Port.ReadCounter(GuestCounter.RxInvalid), Is.Zero);
    }

    [Test]
    public void AReportOfAnotherRequestIsNotForTheKernel()
    {
        using var harness = new InjectorHarness().WithRadio();
        ulong cookie = Start(harness)!.Cookie;
        HostReports(harness, cookie + 1, Report());
        Assert.That(Reports(harness), Is.Empty);
        HostReports(harness, cookie, Report());
        Assert.That(Reports(harness), Has.Count.EqualTo(1));
    }

    [Test]
    public void AnAbortedRequestIsForgottenByAReportWithoutResults()
    {
        using var harness = new InjectorHarness().WithRadio();
        ulong cookie = Start(harness)!.Cookie;
        Send(harness, HwsimCommand.AbortPmsr);
        harness.Tx.Pump(isHostThere: true);
        harness.Rx.Drain();
        (byte command, var attributes) = harness.KernelReceives().Single();
        Assert.That((HwsimCommand)command, Is.EqualTo(HwsimCommand.ReportPmsr));
        Assert.That(attributes.Keys, Is.EqualTo(new[] { HwsimAttribute.AddrTransmitter }), "hwsim would read results into what was freed");
        harness.KernelRefuses();
        harness.Tx.Pump(isHostThere: true);
        HostReports(harness, cookie, Report());
        Assert.That(harness.KernelReceives(), Is.Empty);
        Assert.That((harness.Tx.StatusRefused, harness.Port.ReadCounter(GuestCounter.RxRefused)), Is.EqualTo((0UL, 0UL)));
    }

    [Test]
    public void AHostThatMeasuresNothingIsNotAsked()
    {
        using var harness = new InjectorHarness(hostTakes: RegionFeatures.None).WithRadio();
        Assert.That(Start(harness), Is.Null);
        harness.Rx.Drain();
        Assert.That(Reports(harness), Is.EqualTo(new[] { Empty }));
    }

    [Test]
    public void WithoutAHostARequestEndsAtOnce()
    {
        using var harness = new InjectorHarness().WithRadio();
        Send(harness, HwsimCommand.StartPmsr);
        harness.Tx.Pump(isHostThere: false);
        harness.Rx.Drain();
        Assert.That(Reports(harness), Is.EqualTo(new[] { Empty }));
    }

    [Test]
    public void WhatAHostWasAskedEndsWhenItGoes()
    {
        using var harness = new InjectorHarness().WithRadio();
        ulong cookie = Start(harness)!.Cookie;
        harness.Open.GiveUp();
        harness.Open.GiveUp();
        harness.Rx.Drain();
        HostReports(harness, cookie, Report());
        Assert.That(Reports(harness), Is.EqualTo(new[] { Empty }));
    }

    [Test]
    public void WhatAHostWasAskedEndsWhenAnotherTakesItsPlace()
    {
        using var harness = new InjectorHarness().WithRadio();
        Start(harness);
        harness.HostPosts(new RxDescriptor { Kind = RingKind.Announce });
        harness.Rx.Drain();
        Assert.That(Reports(harness), Is.EqualTo(new[] { Empty }));
    }

    [TestCase(0UL, 100u)]
    [TestCase(ulong.MaxValue - 50, 100u)]
    [TestCase(null, (uint)PmsrReport.MaxSize + 1)]
    [TestCase(null, uint.MaxValue)]
    public void AReportThatIsNotInThePoolIsNone(ulong? offset, uint length)
    {
        using var harness = new InjectorHarness().WithRadio();
        var sound = harness.FrameDescriptor(0, 100);
        harness.HostPosts(new RxDescriptor
        {
            Kind = RingKind.PmsrResult,
            Cookie = Start(harness)!.Cookie,
            Offset = offset ?? sound.Offset,
            Length = length,
        });
        harness.Rx.Drain();
        Assert.That(Reports(harness), Is.EqualTo(new[] { Empty }));
        Assert.That(harness.Port.ReadCounter(GuestCounter.RxInvalid), Is.EqualTo(1));
    }

    private static byte[] Empty => [4, 0, 5, 0x80]; // NL80211_PMSR_ATTR_PEERS, nested

    private static byte[] Report()
    {
        var report = new PmsrReport(new byte[PmsrReport.MaxSize]);
        for (int i = 0; i < PmsrPeers.Max; i++)
            report.Add(new FtmResult { Peer = s_radio, Ftms = 3, RttPs = 1e6 }, bootTimeNs: 1);
        return report.Complete().ToArray();
    }

    private static void Send(InjectorHarness harness, HwsimCommand command)
    {
        var writer = new NetlinkWriter(new byte[1024]);
        writer.BeginGeneric(0, RecordedMessages.Family, 0, 0, (byte)command);
        writer.Add(HwsimAttribute.AddrTransmitter, s_radio);
        int request = writer.BeginNested(HwsimAttribute.PmsrRequest);
        writer.AddOctets(s_request);
        writer.EndNested(request);
        harness.KernelSends(writer.Complete().ToArray());
    }

    private static SentSlot? Start(InjectorHarness harness)
    {
        Send(harness, HwsimCommand.StartPmsr);
        harness.Tx.Pump(isHostThere: true);
        harness.Slots.Publish();
        return harness.TakeAll().SingleOrDefault();
    }

    private static void HostReports(InjectorHarness harness, ulong cookie, byte[] report)
    {
        harness.PlayedHost.Fill(5, report);
        harness.HostPosts(harness.FrameDescriptor(4, 100) with
        {
            Kind = RingKind.PmsrResult,
            Cookie = cookie,
            Offset = harness.PlayedHost.FrameOf(radio: 0, 100, freqMhz: 0, poolSlot: 5).Offset,
            Length = (uint)report.Length,
        });
        harness.Rx.Drain();
    }

    /// <summary>The results that hwsim was reported; nothing else was sent to it.</summary>
    private static List<byte[]> Reports(InjectorHarness harness) =>
        [.. harness.KernelReceives().Select(message =>
        {
            Assert.That((HwsimCommand)message.Command, Is.EqualTo(HwsimCommand.ReportPmsr));
            Assert.That(new MacAddress(message.Attributes[HwsimAttribute.AddrTransmitter]), Is.EqualTo(s_radio));
            return message.Attributes[HwsimAttribute.PmsrResult];
        })];
}
