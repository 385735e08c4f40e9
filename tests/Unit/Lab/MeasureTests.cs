using ShmWifi.Lab;
using ShmWifi.Lab.Measure;

namespace ShmWifi.Tests.Unit.Lab;

public class MeasureTests
{
    [Test]
    public void TcpIsWhatTheReceiverGot() => Assert.That(
        Iperf.ReadTcp("""{ "end": { "sum_sent": { "bits_per_second": 120e6 }, "sum_received": { "bits_per_second": 117500000.0 } } }"""), Is.EqualTo(117.5));

    [Test]
    public void TcpBothWaysIsWhatEachReceiverGot() => Assert.That(
        Iperf.ReadTcpBothWays(
            """{ "end": { "sum_received": { "bits_per_second": 30e6 }, "sum_received_bidir_reverse": { "bits_per_second": 20e6 } } }"""),
        Is.EqualTo((30.0, 20.0)));

    [Test]
    public void LateAnswersCountAndThoseToLaterPingsDoNot() => Assert.That(
        PingProbe.Read(
            """
            PING 192.168.77.1 (192.168.77.1) 56(84) bytes of data.
            64 bytes from 192.168.77.1: icmp_seq=1 ttl=64 time=1.27 ms
            64 bytes from 192.168.77.1: icmp_seq=1 ttl=64 time=1.43 ms (DUP!)
            64 bytes from 192.168.77.1: icmp_seq=3 ttl=64 time=104 ms
            64 bytes from 192.168.77.1: icmp_seq=4 ttl=64 time=82.2 ms
            64 bytes from 192.168.77.1: icmp_seq=5 ttl=64 time=58.4 ms

            --- 192.168.77.1 ping statistics ---
            5 packets transmitted, 4 received, +1 duplicates, 20% packet loss, time 470ms
            """,
            count: 4),
        Is.EqualTo([1.27, 104, 82.2]), "the second is lost");

    [Test]
    public void KernelMemoryIsWhatNoProcessAndNoCacheHolds()
    {
        var memory = GuestMemory.Read(
            """
            KernelPageSize:        4 kB
            Node 0, zone    DMA32
              pages free     25000
              pagesets
                cpu: 0
                          count:    50
                          high:     378
                cpu: 1
                          count:    8
            MemTotal:         221232 kB
            MemFree:          100000 kB
            MemAvailable:     120000 kB
            Buffers:            1000 kB
            Cached:            50000 kB
            SwapCached:            0 kB
            AnonPages:         10000 kB
            Slab:              30000 kB
            SReclaimable:       5000 kB
            SUnreclaim:        25000 kB
            Percpu:              400 kB
            DirectMap4k:      100000 kB
            HugePages_Total:       0
            """);
        Assert.That(memory, Is.EqualTo(new GuestMemory(120000, 30000, 25000, 400, 55000)));
    }

    [Test]
    public void MemoryThatCannotBeReadIsQuoted() =>
        Assert.That(() => GuestMemory.Read("MemTotal: 5 kB"), Throws.TypeOf<LabException>().With.Message.Contains("MemTotal: 5 kB"));

    [Test]
    public void UdpHasLossesAndJitter()
    {
        var result = Iperf.ReadUdp(
            """{ "end": { "sum": { "bytes": 625800, "jitter_ms": 0.25, "lost_packets": 9, "packets": 450, "lost_percent": 2 } } }""");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result, Is.EqualTo(new UdpResult(450, 9, 0.25)));
            Assert.That(result.LostPercent, Is.EqualTo(2));
        }
    }

    [Test]
    public void AFullRouteCarriesWhatCameBetweenTwoCounts() =>
        Assert.That(Iperf.ReadSaturation("1000\n50.25\n3500\n55.25\n", 1250), Is.EqualTo(5).Within(1e-9));

    [Test]
    public void CountersThatCannotBeReadAreQuoted() =>
        Assert.That(() => Iperf.ReadSaturation("1000\n50.25\n", 1250), Throws.TypeOf<LabException>().With.Message.Contains("50.25"));

    [TestCase("")]
    [TestCase("iperf3: error - unable to connect")]
    [TestCase("[]")]
    [TestCase("""{ "error": "unable to connect" }""")]
    [TestCase("""{ "end": {} }""")]
    public void AnIperfThatFailedIsQuoted(string output) =>
        Assert.That(() => Iperf.ReadTcp(output), Throws.TypeOf<LabException>().With.Message.EqualTo($"iperf3 gave no result:\n{output}"));

    [Test]
    public void CpuTimeIsUserAndSystemTimeOfAProcessWithAnyName() => Assert.That(
        ProcessTimes.Read("77 (a (b) c) S 1 77 77 0 -1 4194560 2 0 0 0 150 25 0 0 20 0 5 0 100 3000 9"), Is.EqualTo(TimeSpan.FromSeconds(1.75)));

    [Test]
    public void TheRegionIsNoMemoryOfTheProcess() => Assert.That(
        ResidentMemory.Read(
            """
            00400000-00600000 r-xp 00000000 00:01 12                 /bin/shm-injector
            Size:               2048 kB
            Rss:                3000 kB
            Pss:                1000 kB
            7f0000000000-7f0004000000 rw-s 00000000 00:05 20         /dev/uio0
            Size:              65536 kB
            Rss:               40000 kB
            Pss:               40000 kB
            7f1000000000-7f1004000000 rw-s 00000000 00:01 21         /memfd:shmwifi-shared (deleted)
            Rss:               50000 kB
            Pss:               25000 kB
            7f2000000000-7f2000010000 rw-s 00000000 00:01 22         /memfd:doublemapper (deleted)
            Rss:                  20 kB
            Pss:                  20 kB
            7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0
            Rss:                   4 kB
            Pss:                   4 kB
            """),
        Is.EqualTo(1024 * 1024));

    [Test]
    public void AnInjectorTellsItsCounters()
    {
        var statistics = InjectorStatistics.Read(
            """{"port":0,"radios":[],"counters":{"txFrames":5,"txDropped":1,"rxFrames":7,"doorbells":3,"systemCalls":9,"allocatedBytes":0,"wakeups":4,"statusRefused":2}}""");
        Assert.That(statistics.Counters, Is.EqualTo(new InjectorCounters(5, 1, 7, 3, 9, 0, 2)));
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("""{"counters":{"txFrames":5}}""")]
    public void WhatIsNoStatisticsOfAnInjectorIsRefused(string line) =>
        Assert.That(() => InjectorStatistics.Read(line), Throws.TypeOf<LabException>().With.Message.StartsWith("not shm-injector's statistics"));
}
