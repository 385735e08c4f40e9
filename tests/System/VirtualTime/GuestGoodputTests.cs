using ShmWifi.Dot11;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.Lab.Topologies;

namespace ShmWifi.Tests.System.VirtualTime;

/// <summary>UDP of a real guest that always has something to send, beside the standard's arithmetic.</summary>
/// <remarks>One frame an access, without aggregation. Source: IEEE 802.11-2020 table 18-5.</remarks>
[Explicit("needs root and User-Mode-Linux: './shmwifi setup --hypervisor uml'")]
[Category("Nightly")]
[NonParallelizable]
internal sealed class GuestGoodputTests
{
    private const int Payload = 1472; // UDP's; with IPv4 1500 octets
    private const long WindowNs = 3_000_000_000;

    private static readonly MacTiming s_timing = MacTiming.Erp;

    [Test]
    public async Task OneStationHasTheGoodputOfTheStandardsTiming()
    {
        var (measured, frames) = await MeasureAsync();
        var data = frames.First(IsSaturating);
        double backoffNs = s_timing.CwMin / 2.0 * s_timing.SlotNs;
        double cycleNs = data.AifsNs(s_timing) + backoffNs + data.AirtimeNs + s_timing.SifsNs + AckNs(data.Rate);

        double expected = Payload * 8 / cycleNs * 1000 * FreeOfBeacons(frames);
        TestContext.Out.WriteLine($"goodput {measured:0.00} Mbit/s, expected {expected:0.00} Mbit/s: {100 * ((measured / expected) - 1):0.00} %");
        Assert.That(measured, Is.EqualTo(expected).Within(2).Percent);
    }

    /// <summary>What the station got through while it had something to send, Mbit/s, and what was on the medium.</summary>
    private static async Task<(double Mbps, List<OnAir> Frames)> MeasureAsync()
    {
        using var run = await ScriptedRun.ToItsEndAsync(
            Scripts.Pair(Security.Open, $"""
                iw dev wlan0 set bitrates legacy-2.4 54
                iperf3 -c 10.9.0.1 -u -b 45M -l {Payload} -t 5
                """, Scripts.Erp),
            "timing: airtime\n");
        var frames = OnAir.Read(run.Capture, Band.Ghz2);
        long startNs = frames.First(IsSaturating).StartNs + 500_000_000;
        long acked = frames.Zip(frames.Skip(1), (first, then) => (First: first, Then: then)).LongCount(pair => IsSaturating(pair.First)
            && pair.Then.Control.Subtype == FrameSubtype.Ack && pair.Then.EndNs >= startNs && pair.Then.EndNs < startNs + WindowNs);
        return (acked * Payload * 8 * 1000.0 / WindowNs, frames);
    }

    private static bool IsSaturating(OnAir frame) => frame.Carries(Payload);

    private static long AckNs(PhyRate rate) => Airtime.Ppdu(FrameExchange.ResponseRate(rate), FrameExchange.AckOctets, Band.Ghz2);

    /// <summary>The part of the time that no beacon takes.</summary>
    private static double FreeOfBeacons(List<OnAir> frames) =>
        1 - ((frames.First(f => f.Control.Subtype == FrameSubtype.Beacon).AirtimeNs + s_timing.PifsNs) / 102_400_000.0);
}
