using ShmWifi.Dot11.Rates;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Contention;

/// <summary>What one pair, two pairs and n stations get through, against figures worked out by hand.</summary>
public sealed class GoodputTests
{
    private const int UdpPayload = 1472; // + UDP 8 + IP 20 = 1500
    private const int LlcSnap = 8;
    private const int Mpdu = 24 + LlcSnap + 1500 + 4; // header, LLC/SNAP, packet, FCS: 1536
    private const int QosMpdu = Mpdu + 2;

    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(10);

    [Test]
    public void AnIdlePairOf80211bAt11HasTheGoodputOfTheStandardsTiming()
    {
        const double difs = 10 + (2 * 20);
        const double backoff = 31 / 2.0 * 20;
        const double data = 192 + 1118; // 1536 * 8 / 11 = 1117.1, rounded up
        const double ack = 192 + 11; // 14 * 8 / 11 = 10.2, at 11 Mbit/s
        const double cycle = difs + backoff + data + 10 + ack;
        Assert.That(cycle, Is.EqualTo(1883));

        AssertGoodput(new Flow("a", "b", "cck 11", 2412) { UsesDcf = true, MpduOctets = Mpdu }, UdpPayload * 8 / cycle);
    }

    [Test]
    public void AnIdlePairOf80211aAt54HasTheGoodputOfTheStandardsTiming()
    {
        const double difs = 16 + (2 * 9);
        const double backoff = 15 / 2.0 * 9;
        const double data = 20 + (4 * 57); // (16 + 8 * 1536 + 6) / 216 = 56.99 symbols
        const double ack = 20 + (4 * 2); // (16 + 8 * 14 + 6) / 96 = 1.4 symbols, at 24 Mbit/s
        const double cycle = difs + backoff + data + 16 + ack;
        Assert.That(cycle, Is.EqualTo(393.5));

        AssertGoodput(new Flow("a", "b", "ofdm 54") { UsesDcf = true, MpduOctets = Mpdu }, UdpPayload * 8 / cycle);
    }

    [Test]
    public void AnIdlePairOfHtMcs7HasTheGoodputOfTheStandardsTiming()
    {
        const double aifs = 16 + (3 * 9); // AC_BE
        const double backoff = 15 / 2.0 * 9;
        const double data = 36 + (4 * 48); // preamble of HT-mixed format; (16 + 8 * 1538 + 6) / 260 = 47.4 symbols
        const double ack = 20 + (4 * 2); // at 24 Mbit/s
        const double cycle = aifs + backoff + data + 16 + ack;
        Assert.That(cycle, Is.EqualTo(382.5));

        AssertGoodput(new Flow("a", "b", "ht 7") { MpduOctets = QosMpdu }, UdpPayload * 8 / cycle);
    }

    [Test]
    public void RtsAndCtsCostTheirAirtime()
    {
        // RTS 20 octets and CTS 14 octets at 24 Mbit/s: 28 µs each, with 2 SIFS.
        const double cycle = 382.5 + 28 + 16 + 28 + 16;
        AssertGoodput(
            new Flow("a", "b", "ht 7") { MpduOctets = QosMpdu, Rates = [Flow.RateOf("ht 7", flags: TxRateFlags.UseRtsCts)] },
            UdpPayload * 8 / cycle);
    }

    [Test]
    public void CtsToSelfCostsItsAirtime()
    {
        // On 2.4 GHz at 11 Mbit/s: 192 + 11 µs, and SIFS. OFDM 54 there: slot 9, SIFS 10, 6 µs of signal extension each for frame and ACK.
        const double cycle = 203 + 10 + (10 + (2 * 9)) + (15 / 2.0 * 9) + (20 + (4 * 57) + 6) + 10 + (28 + 6);
        AssertGoodput(
            new Flow("a", "b", "ofdm 54", 2412)
            {
                UsesDcf = true,
                MpduOctets = Mpdu,
                Rates = [Flow.RateOf("ofdm 54", flags: TxRateFlags.UseCtsProtect)]
            },
            UdpPayload * 8 / cycle);
    }

    [Test]
    public void PairsOnChannels1And11DoNotShareAnything()
    {
        var harness = new AirtimeHarness();
        var one = harness.Saturate(new Flow("a", "b", "ht 7", 2412));
        harness.Run(s_time);
        var two = harness.Saturate(new Flow("c", "d", "ht 7", 2462));
        int alone = one.Delivered;
        harness.Run(s_time);
        Assert.That((double)(one.Delivered - alone + two.Delivered) / alone, Is.EqualTo(2.0).Within(0.02));
        Assert.That(two.Attempts, Is.EqualTo(two.Done), "no collisions");
    }

    [TestCase(2412, 0.5, 0.05, TestName = "PairsOnOneChannelHaveHalfEach")]
    [TestCase(2422, 0.5, 0.05, TestName = "PairsOnChannels1And3HaveHalfEach")]
    public void PairsInRangeOfEachOtherShare(int otherFreqMhz, double share, double within)
    {
        var harness = new AirtimeHarness();
        var one = harness.Saturate(new Flow("a", "b", "ht 7", 2412));
        harness.Run(s_time);
        int alone = one.Delivered;
        var two = harness.Saturate(new Flow("c", "d", "ht 7", otherFreqMhz));
        harness.Run(s_time);
        TestContext.Out.WriteLine($"{(double)(one.Delivered - alone) / alone:f3} {(double)two.Delivered / alone:f3}");
        Assert.That((double)(one.Delivered - alone) / alone, Is.EqualTo(share).Within(within));
        Assert.That((double)two.Delivered / alone, Is.EqualTo(share).Within(within));
    }

    /// <summary>Bianchi, Performance Analysis of the IEEE 802.11 Distributed Coordination
    /// Function, IEEE JSAC 18 (3), 2000, equations 7, 9 and 13.</summary>
    [TestCase(2)]
    [TestCase(5)]
    [TestCase(10)]
    [TestCase(20)]
    public void NStationsHaveBianchisThroughput(int n)
    {
        const double slot = 9, aifs = 16 + (3 * 9), data = 228, ack = 28;
        const double success = data + 16 + ack + aifs;
        const double collision = data + 16 + 44 + aifs; // who did not send waits for EIFS: an ACK at 6 Mbit/s takes 44 µs
        double tau = Tau(n, window: 16, stages: 6);
        double some = 1 - Math.Pow(1 - tau, n);
        double one = n * tau * Math.Pow(1 - tau, n - 1);
        double mbps = one * UdpPayload * 8 / (((1 - some) * slot) + (one * success) + ((some - one) * collision));

        var harness = new AirtimeHarness();
        Flow[] flows = [.. Enumerable.Range(0, n).Select(i => new Flow($"sta{i}", "ap", "ht 7")
        {
            MpduOctets = QosMpdu,
            Rates = [Flow.RateOf("ht 7", attempts: 60)],
        })];
        _ = harness["ap"];
        foreach (var flow in flows)
            harness.Saturate(flow);
        harness.Run(s_time);
        double measured = flows.Sum(flow => flow.MbpsOf(UdpPayload, s_time));
        TestContext.Out.WriteLine($"n = {n}: Bianchi {mbps:f2}, here {measured:f2} Mbit/s");
        Assert.That(measured, Is.EqualTo(mbps).Within(3).Percent);
    }

    private static double Tau(int n, int window, int stages)
    {
        double low = 0, high = 1;
        for (int i = 0; i < 100; i++)
        {
            double tau = (low + high) / 2;
            double p = 1 - Math.Pow(1 - tau, n - 1);
            double sum = Enumerable.Range(0, stages).Sum(k => Math.Pow(2 * p, k));
            double next = 2 / (1 + window + (p * window * sum));
            (low, high) = next > tau ? (tau, high) : (low, tau);
        }
        return low;
    }

    private static void AssertGoodput(Flow flow, double mbps)
    {
        var harness = new AirtimeHarness();
        _ = harness[flow.To!];
        harness.Saturate(flow);
        harness.Run(s_time);
        TestContext.Out.WriteLine($"by hand {mbps:f3}, here {flow.MbpsOf(UdpPayload, s_time):f3} Mbit/s");
        Assert.That(flow.MbpsOf(UdpPayload, s_time), Is.EqualTo(mbps).Within(1).Percent);
        Assert.That(flow.Attempts, Is.EqualTo(flow.Done));
    }
}
