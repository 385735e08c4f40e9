using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Medium.Contention;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Contention;

/// <summary>Channels of 10 and 5 MHz, where OFDM is half and quarter clocked.</summary>
public sealed class SpacingTests
{
    private const int Channel172 = 5860;
    private const int UdpPayload = 1472;
    private const int Mpdu = 1536;

    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(10);

    [Test]
    public void AnIdlePairIn10MhzHasTheGoodputOfTheStandardsTiming()
    {
        const double difs = 32 + (2 * 13);
        const double backoff = 15 / 2.0 * 13;
        const double data = 40 + (8 * 257); // (16 + 8 * 1536 + 6) / 48 = 256.5 symbols
        const double ack = 40 + (8 * 3); // (16 + 8 * 14 + 6) / 48 = 2.8 symbols, at 6 Mbit/s
        AssertGoodput(ChannelSpacing.Mhz10, "ofdm 6 10", difs + backoff + data + 32 + ack);
    }

    [Test]
    public void AnIdlePairIn5MhzHasTheGoodputOfTheStandardsTiming()
    {
        const double difs = 64 + (2 * 21);
        const double backoff = 15 / 2.0 * 21;
        const double data = 80 + (16 * 57); // (16 + 8 * 1536 + 6) / 216 = 56.99 symbols
        const double ack = 80 + (16 * 2); // (16 + 8 * 14 + 6) / 96 = 1.4 symbols, at 6 Mbit/s
        AssertGoodput(ChannelSpacing.Mhz5, "ofdm 13.5 5", difs + backoff + data + 64 + ack);
    }

    [TestCase(ChannelSpacing.Mhz5, ChannelSpacing.Mhz10)]
    [TestCase(ChannelSpacing.Mhz10, ChannelSpacing.Mhz20)]
    [TestCase(ChannelSpacing.Mhz20, ChannelSpacing.Mhz10)]
    public void WhoIsClockedOtherwiseUnderstandsNothing(ChannelSpacing from, ChannelSpacing to)
    {
        foreach (int? listensMhz in (int?[])[Channel172, null])
        {
            var harness = new AirtimeHarness();
            harness.Medium.Listen(harness["a"], listensMhz, from);
            harness.Medium.Listen(harness["b"], listensMhz, to);
            Flow frame = Frame("a", "b", from), group = Frame("a", null, from), answer = Frame("b", "a", to);
            harness.Send(frame);
            harness.Send(group);
            harness.Send(answer);
            harness.Run(TimeSpan.FromMilliseconds(200));
            Assert.Multiple(() =>
            {
                Assert.That((frame.Done, frame.Acked, frame.Received), Is.EqualTo((1, 0, 0)), "unicast");
                Assert.That((group.Done, group.Received), Is.EqualTo((1, 0)), "group");
                Assert.That((answer.Done, answer.Acked, answer.Received), Is.EqualTo((1, 0, 0)), "the other way");
            });
            harness.Medium.Listen(harness["b"], listensMhz, from);
            harness.Send(frame);
            harness.Run(TimeSpan.FromMilliseconds(200));
            Assert.That((frame.Acked, frame.Received), Is.EqualTo((1, 1)), "once it is clocked as the sender is");
        }
    }

    [Test]
    public void AStationThatIsRetunedWhileItHasFramesSendsTheRestThere()
    {
        var harness = new AirtimeHarness();
        harness.Medium.Listen(harness["a"], Channel172);
        harness.Medium.Listen(harness["b"], Channel172, ChannelSpacing.Mhz10);
        harness.Saturate(Frame("a", "b", ChannelSpacing.Mhz20));
        harness.Run(TimeSpan.FromMilliseconds(20));
        harness.Medium.Listen(harness["a"], Channel172, ChannelSpacing.Mhz10);
        var narrow = Frame("a", "b", ChannelSpacing.Mhz10);
        harness.Send(narrow);
        harness.Run(TimeSpan.FromSeconds(1));
        Assert.That((narrow.Done, narrow.Acked), Is.EqualTo((1, 1)));
    }

    [Test]
    public void StationsOfTwoClocksSenseEachOthersEnergy()
    {
        var harness = new AirtimeHarness();
        foreach (string name in (string[])["a", "b"])
            harness.Medium.Listen(harness[name], Channel172, ChannelSpacing.Mhz10);
        foreach (string name in (string[])["c", "d"])
            harness.Medium.Listen(harness[name], Channel172);
        var narrow = harness.Saturate(Frame("a", "b", ChannelSpacing.Mhz10));
        var wide = harness.Saturate(Frame("c", "d", ChannelSpacing.Mhz20));
        harness.Run(s_time);
        Assert.Multiple(() =>
        {
            // Each has to wait for the other; they collide when their backoffs end together, with slots of 13 and 9 µs.
            Assert.That(narrow.Acked, Is.GreaterThan(0.95 * narrow.Done).And.GreaterThan(500));
            Assert.That(wide.Acked, Is.GreaterThan(0.95 * wide.Done).And.GreaterThan(500));
            Assert.That((double)narrow.Attempts / narrow.Done, Is.InRange(1.01, 1.5), "collisions");
        });
    }

    [TestCase("ofdm 3 10", "ofdm 6", 3.01f)]
    [TestCase("ofdm 27 10", "ofdm 54", 3.01f)]
    [TestCase("ofdm 13.5 5", "ofdm 54", 6.02f)]
    public void LessNoiseIsInANarrowChannel(string narrow, string wide, float db)
    {
        for (float snrDb = 0; snrDb < 30; snrDb++)
        {
            Assert.That(ErrorModel.BuiltIn.Per(Flow.RateOf(narrow).Phy, snrDb, 1000),
                Is.EqualTo(ErrorModel.BuiltIn.Per(Flow.RateOf(wide).Phy, snrDb + db, 1000)).Within(0.01), $"{snrDb} dB");
        }
    }

    [TestCase(ChannelSpacing.Mhz5)]
    [TestCase(ChannelSpacing.Mhz10)]
    [TestCase(ChannelSpacing.Mhz20)]
    public void APpduTakesItsChannel(ChannelSpacing spacing)
    {
        var range = FrequencyRange.Of(Rate(spacing), Channel172);
        Assert.That(range.WidthMhz, Is.EqualTo(spacing.Mhz()));
        Assert.That(range, Is.EqualTo(FrequencyRange.Around(Channel172, spacing.Mhz())));
    }

    private static PhyRate Rate(ChannelSpacing spacing) => Flow.RateOf("ofdm 6").Phy.In(spacing);

    private static Flow Frame(string from, string? to, ChannelSpacing spacing) =>
        new(from, to, Rate(spacing).ToString(), Channel172) { UsesDcf = true, MpduOctets = Mpdu };

    private static void AssertGoodput(ChannelSpacing spacing, string rate, double cycle)
    {
        var harness = new AirtimeHarness();
        harness.Medium.Listen(harness["a"], null, spacing);
        harness.Medium.Listen(harness["b"], null, spacing);
        var flow = harness.Saturate(new Flow("a", "b", rate, Channel172) { UsesDcf = true, MpduOctets = Mpdu });
        harness.Run(s_time);
        double mbps = UdpPayload * 8 / cycle;
        TestContext.Out.WriteLine($"by hand {mbps:f3}, here {flow.MbpsOf(UdpPayload, s_time):f3} Mbit/s");
        Assert.That(flow.MbpsOf(UdpPayload, s_time), Is.EqualTo(mbps).Within(1).Percent);
        Assert.That(flow.Attempts, Is.EqualTo(flow.Done));
    }
}
