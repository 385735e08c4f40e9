using ShmWifi.Configuration.Medium;
using ShmWifi.ShmMedium.Medium.Contention;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Contention;

/// <summary>Noise that no guest makes: who senses it waits, and who receives meanwhile loses.</summary>
public sealed class JammerTests
{
    private const int FreqMhz = 5180;

    // 1536 octets at 54 Mbit/s: 20 µs of preamble and header, then 57 symbols of 216 bits for 22 + 8 * 1536 bits. IEEE 802.11-2020 clause 17.4.3.
    private const double FrameUs = 20 + (4 * 57);

    /// <summary>A frame is lost if any of it falls into a burst: for a start at random, that is (burst + frame) / period.</summary>
    [TestCase(0.1)]
    [TestCase(0.3)]
    [TestCase(0.8)]
    public void AReceiverBesideAJammerThatItsSenderDoesNotSenseLosesWhatOverlapsABurst(double dutyCycle)
    {
        const double PeriodUs = 5000;
        var harness = Harness(Link("a", "jam", -40), Link("b", "jam", 30), Link("a", "b", 40));
        Add(harness, TimeSpan.FromMicroseconds(PeriodUs), dutyCycle);
        var random = new Random(7);
        var flow = new Flow("a", to: null, "ofdm 54");
        _ = harness["b"];
        for (int i = 0; i < 4000; i++)
        {
            harness.RunUntil(harness.NowNs + random.NextInt64(2_000_000, 12_000_000));
            harness.Send(flow);
        }
        harness.Run(TimeSpan.FromMilliseconds(10));
        double lost = 1 - (flow.Received / 4000.0);
        Assert.That(lost, Is.EqualTo(dutyCycle + (FrameUs / PeriodUs)).Within(0.025)); // 3 standard deviations of 4,000 trials at most
    }

    /// <summary>Frames begin in the pauses alone; what ends in a burst is received all the same, far from the jammer.</summary>
    [Test]
    public void ASenderThatSensesAJammerSendsInThePauses()
    {
        var harness = Harness(Link("a", "jam", 40), Link("b", "jam", -40), Link("a", "b", 40));
        var quiet = harness.Saturate(new Flow("a", "b", "ofdm 54"));
        harness.Run(TimeSpan.FromSeconds(2));
        int alone = quiet.Delivered;
        Add(harness, TimeSpan.FromMilliseconds(10), 0.4);
        harness.Run(TimeSpan.FromSeconds(2));
        double share = (quiet.Delivered - alone) / (double)alone;
        // Of 6 ms, half a backoff and AIFS are lost once, and a frame that has begun is finished in the burst.
        Assert.That(share, Is.EqualTo(0.6).Within(0.03));
        Assert.That(quiet.Acked, Is.GreaterThan(0.99 * alone));
    }

    [Test]
    public void UnderAJammerThatIsAlwaysOnNothingIsSent()
    {
        var harness = Harness(Link("a", "jam", 40), Link("a", "b", 40));
        Add(harness, TimeSpan.FromMilliseconds(1), 1);
        var flow = harness.Saturate(new Flow("a", "b", "ofdm 54"));
        harness.Run(TimeSpan.FromSeconds(1));
        Assert.That(flow.Attempts + flow.Received, Is.Zero);
    }

    [Test]
    public void WhenItGoesTheMediumIsIdleAtOnce()
    {
        var harness = Harness(Link("a", "jam", 40), Link("a", "b", 40));
        var jammer = Add(harness, TimeSpan.FromHours(1), 1);
        var flow = harness.Saturate(new Flow("a", "b", "ofdm 54"));
        harness.Run(TimeSpan.FromSeconds(1));
        Assert.That(flow.Received, Is.Zero);
        harness.Medium.Remove(jammer);
        harness.Links.Remove(jammer.Endpoint);
        harness.Run(TimeSpan.FromMilliseconds(10));
        Assert.That(flow.Received, Is.GreaterThan(15));
    }

    /// <summary>By its spectrum: what is beside the channel has none of its power there.</summary>
    [TestCase(5180, 20, false)]
    [TestCase(5190, 1, true)]
    [TestCase(5220, 40, true)]
    [TestCase(5189, 1, false)]
    [TestCase(5500, 640, false)]
    public void ItJamsTheChannelsThatItReachesInto(int freqMhz, int bandwidthMhz, bool isFree)
    {
        var harness = Harness(Link("a", "jam", 60), Link("b", "jam", 60), Link("a", "b", 40));
        Add(harness, TimeSpan.FromMilliseconds(1), 1, freqMhz, bandwidthMhz);
        var flow = harness.Saturate(new Flow("a", "b", "ofdm 54", FreqMhz));
        harness.Run(TimeSpan.FromMilliseconds(100));
        Assert.That(flow.Received != 0, Is.EqualTo(isFree));
    }

    /// <summary>Energy is sensed at -62 dBm, where a preamble is at -82: IEEE 802.11-2020 clause 17.3.10.6.</summary>
    [TestCase(28, true)]
    [TestCase(30, false)]
    public void ItIsSensedByItsEnergy(double snrDb, bool isFree)
    {
        var harness = Harness(Link("a", "jam", snrDb), Link("b", "jam", -40), Link("a", "b", 60)); // noise is at -91 dBm
        Add(harness, TimeSpan.FromMilliseconds(1), 1);
        var flow = harness.Saturate(new Flow("a", "b", "ofdm 54"));
        harness.Run(TimeSpan.FromMilliseconds(100));
        Assert.That(flow.Attempts != 0, Is.EqualTo(isFree));
    }

    /// <summary>SINR: a signal 12 dB above the jammer's is received at 6 Mbit/s and lost at 54.</summary>
    [TestCase("ofdm 6", true)]
    [TestCase("ofdm 54", false)]
    public void AStrongSignalIsReceivedInSpiteOfIt(string rate, bool isReceived)
    {
        var harness = Harness(Link("a", "jam", -40), Link("b", "jam", 25), Link("a", "b", 25 + 12));
        Add(harness, TimeSpan.FromMilliseconds(1), 1);
        var flow = new Flow("a", to: null, rate);
        _ = harness["b"];
        for (int i = 0; i < 100; i++)
        {
            harness.Run(TimeSpan.FromMilliseconds(5));
            harness.Send(flow);
        }
        harness.Run(TimeSpan.FromMilliseconds(5));
        Assert.That(flow.Received, isReceived ? Is.GreaterThan(95) : Is.LessThan(5));
    }

    [Test]
    public void ManyBurstsAllocateNothing()
    {
        var harness = Harness(Link("a", "jam", -40), Link("b", "jam", 20), Link("a", "b", 40));
        Add(harness, TimeSpan.FromMilliseconds(0.2), 0.5);
        harness.Saturate(new Flow("a", "b", "ofdm 54"));
        Assert.That(Allocations.OfWarm(() => harness.Run(TimeSpan.FromSeconds(1))), Is.Zero);
    }

    [Test]
    public void RadiosAndJammersThatComeAndGoInAnyOrderHarmNothing()
    {
        var random = new Random(3);
        var harness = Harness(Link("*", "jam", 20), Link("a", "b", 40));
        List<Jammer> jammers = [];
        var flow = harness.Saturate(new Flow("a", "b", "ofdm 54"));
        for (int i = 0; i < 2000; i++)
        {
            switch (random.Next(4))
            {
                case 0 when jammers.Count < 40:
                    jammers.Add(Add(harness, TimeSpan.FromMicroseconds(random.Next(100, 5000)), 0.001 + (0.999 * random.NextDouble()),
                        random.Next(5150, 5260), random.Next(1, 200)));
                    break;
                case 1 when jammers.Count != 0:
                    var gone = jammers[random.Next(jammers.Count)];
                    harness.Medium.Remove(gone);
                    harness.Links.Remove(gone.Endpoint);
                    jammers.Remove(gone);
                    break;
                case 2:
                    _ = harness[$"c{random.Next(40)}"];
                    break;
                default:
                    string name = $"c{random.Next(40)}";
                    _ = harness[name];
                    harness.Leave(name);
                    break;
            }
            harness.RunUntil(harness.NowNs + random.NextInt64(1_000_000));
        }
        foreach (var jammer in jammers)
            harness.Medium.Remove(jammer);
        int before = flow.Received;
        harness.Run(TimeSpan.FromMilliseconds(100));
        Assert.That(flow.Received - before, Is.GreaterThan(150), "all is as it was before them");
    }

    private static AirtimeHarness Harness(params LinkConfiguration[] links) => new(seed: 1, links);

    private static LinkConfiguration Link(string a, string b, double snrDb) => AirtimeHarness.Snr(a, b, snrDb);

    private static Jammer Add(AirtimeHarness harness, TimeSpan period, double dutyCycle, int freqMhz = FreqMhz, int bandwidthMhz = 20)
    {
        var configuration = new JammerConfiguration("jam", freqMhz) { BandwidthMhz = bandwidthMhz, Period = period, DutyCycle = dutyCycle };
        var jammer = new Jammer(configuration, harness.Links.Add("jam", Jammer.RadioName, [], harness.NowNs), harness.NowNs);
        harness.Medium.Add(jammer);
        return jammer;
    }
}
