using System.Globalization;
using System.Text.RegularExpressions;
using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Timing;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Tests.System.VirtualTime;

/// <summary>What real guests do on the medium in virtual time, beside the standard's arithmetic, to the nanosecond where that is exact.</summary>
/// <remarks>Source: IEEE 802.11-2020 clauses 10.3.2.3 (interframe spaces), 10.3.2.9 (RTS, CTS), 10.3.3 and 10.23.2 (backoff), table 18-5.</remarks>
[Explicit("needs root and User-Mode-Linux: './shmwifi setup --hypervisor uml'")]
[Category("Nightly")]
[NonParallelizable]
internal sealed partial class AirtimeArithmeticTests
{
    private const int Pings = 200;
    private const long BeaconIntervalNs = 102_400_000; // 100 TU
    private const long IdleNs = 1_000_000; // more than any AIFS and backoff

    private static readonly MacTiming s_timing = MacTiming.Erp;

    private ScriptedRun _run = null!;
    private List<OnAir> _frames = null!;

    /// <summary>Pings on an idle medium, then a station that always has something to send, then the same with RTS.</summary>
    [OneTimeSetUp]
    public async Task RunGuests()
    {
        _run = await ScriptedRun.ToItsEndAsync(
            Scripts.Pair(Security.Open, $"""
                iw dev wlan0 set bitrates legacy-2.4 54
                {Scripts.Pings(Pings)}
                iperf3 -c 10.9.0.1 -u -b 45M -l 1472 -t 3
                iw phy "$(cat /sys/class/net/wlan0/phy80211/name)" set rts 500
                iperf3 -c 10.9.0.1 -u -b 45M -l 1472 -t 1
                """, Scripts.Erp),
            "timing: airtime\n");
        _frames = OnAir.Read(_run.Capture, Band.Ghz2);
    }

    [OneTimeTearDown]
    public void Remove() => _run?.Dispose();

    [Test]
    public void AnAckBeginsSifsAfterItsFrame()
    {
        long[] gaps = [.. Pairs().Where(p => p.Then.Control.Subtype == FrameSubtype.Ack && p.First.IsUnicastData).Select(GapNs)];
        Assert.That(gaps, Has.Length.GreaterThan(5000));
        Assert.That(gaps.Distinct(), Is.EqualTo([(long)s_timing.SifsNs]));
    }

    [Test]
    public void ABeaconIsDueEach100TimeUnitsAndWaitsForTheMediumAlone()
    {
        var beacons = _frames.Where(f => f.Control.Subtype == FrameSubtype.Beacon).ToList();
        long dueNs = beacons.Min(b => b.StartNs % BeaconIntervalNs);
        long[] lateNs = [.. beacons.Select(b => (b.StartNs % BeaconIntervalNs) - dueNs)];
        long longestNs = _frames.Where(f => f.Control.Subtype != FrameSubtype.Beacon).Max(f => f.AirtimeNs);

        Assert.That(beacons, Has.Count.GreaterThan(500));
        Assert.That(beacons.Zip(beacons.Skip(1), (a, b) => (b.StartNs - dueNs) / BeaconIntervalNs - ((a.StartNs - dueNs) / BeaconIntervalNs)),
            Is.All.EqualTo(1), "none is left out");
        // hwsim's timer runs a few reads of its guest's clock after it is due.
        Assert.That(lateNs.Count(late => late < 1000), Is.GreaterThan(beacons.Count / 2), "those that find the medium idle");
        Assert.That(lateNs.Max(), Is.LessThan(4 * (longestNs + s_timing.DifsNs)), "those that wait for an exchange");
    }

    [Test]
    public void BackoffsAreWholeSlotsAfterAifsAndDrawnEvenly()
    {
        // Of frames that follow an exchange of the same station, at their first attempt: what it waits is AIFS and its backoff.
        var counts = new SortedDictionary<long, int>();
        long fromNs = _frames.First(IsSaturating).StartNs + 200_000_000, toNs = fromNs + 2_500_000_000;
        for (int i = _frames.FindIndex(f => f.StartNs > fromNs); _frames[i].StartNs < toNs; i++)
        {
            var (data, ack, next) = (_frames[i - 2], _frames[i - 1], _frames[i]);
            if (!data.IsUnicastData || ack.Control.Subtype != FrameSubtype.Ack || !next.IsUnicastData || next.Control.Retry
                || data.Transmitter != next.Transmitter || !IsSaturating(next))
            {
                continue;
            }
            long backoffNs = next.StartNs - ack.EndNs - next.AifsNs(s_timing);
            Assert.That(backoffNs % s_timing.SlotNs, Is.Zero, $"{backoffNs} ns after AIFS");
            counts[backoffNs / s_timing.SlotNs] = counts.GetValueOrDefault(backoffNs / s_timing.SlotNs) + 1;
        }
        TestContext.Out.WriteLine(string.Join(' ', counts.Select(c => $"{c.Key}:{c.Value}")));
        double expected = counts.Values.Sum() / (s_timing.CwMin + 1.0);
        double chiSquare = counts.Values.Sum(count => (count - expected) * (count - expected) / expected);

        Assert.That(counts.Keys, Is.EqualTo(Enumerable.Range(0, s_timing.CwMin + 1).Select(slots => (long)slots)));
        Assert.That(expected, Is.GreaterThan(100));
        // The seed makes it the same each time.
        Assert.That(chiSquare, Is.LessThan(37.7), "chi-square of 15 degrees of freedom, exceeded once in 1000");
    }

    [Test]
    public void RtsReservesTheMediumForTheWholeExchange()
    {
        int exchanges = 0;
        for (int i = 0; i + 3 < _frames.Count; i++)
        {
            var (rts, cts, data, ack) = (_frames[i], _frames[i + 1], _frames[i + 2], _frames[i + 3]);
            if (rts.Control.Subtype != FrameSubtype.Rts || !rts.IsReceived)
                continue;
            exchanges++;
            Assert.That((cts.Control.Subtype, ack.Control.Subtype), Is.EqualTo((FrameSubtype.Cts, FrameSubtype.Ack)));
            Assert.That(new[] { GapNs((rts, cts)), GapNs((cts, data)), GapNs((data, ack)) }, Is.All.EqualTo(s_timing.SifsNs));
            Assert.That((rts.DurationUs * 1000L) - (ack.EndNs - rts.EndNs), Is.InRange(0, 999), "the NAV ends with the ACK, rounded up to 1 us");
            Assert.That((cts.DurationUs * 1000L) - (ack.EndNs - cts.EndNs), Is.InRange(0, 999));
        }
        Assert.That(exchanges, Is.GreaterThan(1000));
    }

    [Test]
    public void APingTakesWhatItsFramesTake()
    {
        double[] rtts = [.. Rtt().Matches(_run.Output("sta"))
            .Select(match => 1000 * double.Parse(match.Groups["ms"].ValueSpan, CultureInfo.InvariantCulture))];
        Assert.That(rtts, Has.Length.EqualTo(Pings));
        List<double> onAir = [];
        List<long> slots = [];
        // The first one waits for ARP; one that comes while a beacon is on the medium waits for that.
        for (int i = 1; i + 2 < _frames.Count; i++)
        {
            var (before, request, ack, reply) = (_frames[i - 1], _frames[i], _frames[i + 1], _frames[i + 2]);
            if (!IsEcho(request, type: 8))
                continue;
            if (before.EndNs + IdleNs > request.StartNs || !IsEcho(reply, type: 0))
            {
                onAir.Add(double.NaN);
                continue;
            }
            long backoffNs = reply.StartNs - ack.EndNs - reply.AifsNs(s_timing);
            Assert.That(backoffNs % s_timing.SlotNs, Is.Zero);
            slots.Add(backoffNs / s_timing.SlotNs);
            onAir.Add((reply.EndNs - request.StartNs) / 1000.0);
        }
        Assert.That(onAir, Has.Count.EqualTo(Pings));
        var both = rtts.Zip(onAir).Where(ping => !double.IsNaN(ping.Second)).ToList();
        double byArithmetic = Median(both.Select(ping => ping.Second));
        double byPing = Median(both.Select(ping => ping.First));
        TestContext.Out.WriteLine($"median of {both.Count} pings {byPing:0.0} us, of their frames {byArithmetic:0.0} us");
        Assert.That(both, Has.Count.GreaterThan(Pings * 9 / 10));
        Assert.That(both.Select(ping => Math.Abs(ping.First - ping.Second)), Is.All.LessThanOrEqualTo(2), "each of them");
        Assert.That(slots, Is.All.InRange(0, s_timing.CwMin));
    }

    private static bool IsSaturating(OnAir frame) => frame.Carries(1472);

    private static bool IsEcho(OnAir frame, byte type)
    {
        if (!frame.IsUnicastData || !FrameView.TryParse(frame.Octets, out var view))
            return false;
        var body = view.Body; // LLC/SNAP 8, IPv4 20, ICMP
        return body.Length > 28 && body[6] == 8 && body[7] == 0 && body[8 + 9] == 1 && body[28] == type;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static long GapNs((OnAir First, OnAir Then) pair) => pair.Then.StartNs - pair.First.EndNs;

    private IEnumerable<(OnAir First, OnAir Then)> Pairs() => _frames.Zip(_frames.Skip(1), (first, then) => (first, then));

    [GeneratedRegex(@" time=(?<ms>[\d.]+) ms", RegexOptions.None, 1000)]
    private static partial Regex Rtt();
}
