using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>A radio measures how far its peers are, as far as the links and the resolution of the channel allow.</summary>
[TestFixture(Isolation.Shared, Timing.Instant)]
[TestFixture(Isolation.PerVm, Timing.Airtime)]
public class RangingTests(Isolation isolation, Timing timing)
{
    private const double MetresOf20Mhz = 299.792458 / 2 / 20; // of a sample

    private TestDaemon _daemon = null!;
    private SimulatedGuest[] _vms = [];
    private ulong _cookie;

    private SimulatedGuest A => _vms[0];

    private SimulatedGuest B => _vms[1];

    [SetUp]
    public void SetUp()
    {
        _daemon = new TestDaemon(isolation);
        Change(new SetTiming(timing));
        _vms = [_daemon.Attach(Address(1)), _daemon.Attach(Address(2))];
    }

    [TearDown]
    public void TearDown() => _daemon.Dispose();

    [TestCase(0, 0, 0, 20)]
    [TestCase(5, 0, 0, 20)]
    [TestCase(3, 4, 12, 40)]
    [TestCase(0, -240, 70, 80)]
    [TestCase(0, 0, 1000, 160)]
    public void TheMeanIsTheDistanceAndTheSpreadIsThatOfTheBandwidth(double x, double y, double z, int bandwidthMhz)
    {
        Place("vm1", 10, 20, 30);
        Place("vm2", 10 + x, 20 + y, 30 + z);

        const int Measurements = 200;
        const int Ftms = 16;
        var peers = MeasureOften(Measurements, Peer(Address(2)) with { BandwidthMhz = bandwidthMhz, Ftms = Ftms });

        // Two arrivals, each with the error of a sample's length: 1 / (sqrt(12) B).
        double deviation = MetresOf20Mhz * 20 / bandwidthMhz / Math.Sqrt(6);
        double distance = Math.Sqrt((x * x) + (y * y) + (z * z));
        Assert.That(peers.Select(peer => peer.Status), Is.All.EqualTo(PmsrStatus.Success));
        Assert.That(peers.Average(peer => peer.Distance), Is.EqualTo(distance).Within(3 * deviation / Math.Sqrt(Measurements * Ftms)));
        Assert.That(Math.Sqrt(peers.Average(peer => peer.Deviation * peer.Deviation)), Is.EqualTo(deviation).Within(5).Percent);
        Assert.That(peers.Select(peer => peer.Distance).Distinct().Count(), Is.GreaterThan(Measurements / 2), "each is measured anew");
        Assert.That(peers[0].Number(Nl80211Pmsr.FtmRttAverage), Is.EqualTo(peers[0].Distance * 2e12 / 299_792_458).Within(10), "ps, of mm");
        Assert.That(peers[0].Number(Nl80211Pmsr.FtmsPerBurst), Is.EqualTo(Ftms));
    }

    [Test]
    public void ADistanceIsThatOfTheTimeOfTheRequest()
    {
        Place("vm1", 0, 0, 0);
        foreach (int metres in (int[])[1000, 50_000, 100])
        {
            Place("vm2", metres, 0, 0);
            Assert.That(MeasureOne(Peer(Address(2))).Distance, Is.EqualTo(metres).Within(6 * MetresOf20Mhz));
        }
    }

    [Test]
    public void ASeedAlwaysGivesTheSameMeasurements()
    {
        double[] first = Measured();
        double[] second = Measured();
        Change(new ReplaceMedium(new MediumConfiguration { Seed = 7 }));
        double[] third = Measured();
        Assert.That(second, Is.EqualTo(first));
        Assert.That(third, Is.Not.EqualTo(first));

        double[] Measured()
        {
            foreach (var vm in _vms)
                vm.Hello();
            A.AddRadio(0, Address(1));
            B.AddRadio(0, Address(2));
            Place("vm2", 70, 0, 0);
            Deadline.Until(() => MeasureOne(Peer(Address(2))).Status == PmsrStatus.Success, "the peer's address");
            return [.. MeasureOften(5, Peer(Address(2))).Select(peer => peer.Distance)];
        }
    }

    [Test]
    public void FramesThatAreLostGiveNoSample()
    {
        Place("vm2", 30, 0, 0);
        Change(new SetLink(new(RadioPattern.Of("vm1"), RadioPattern.Of("vm2")) { Loss = 0.4 }));
        const int Measurements = 300;
        var peers = MeasureOften(Measurements, Peer(Address(2)) with { FtmrRetries = 255, Ftms = 31 });

        // Both the frame and its acknowledgement: 0.6 * 0.6.
        double attempts = peers.Average(peer => peer.Number(Nl80211Pmsr.FtmrAttempts));
        Assert.That(1 / attempts, Is.EqualTo(0.36).Within(0.06));
        Assert.That(peers.Select(peer => peer.Number(Nl80211Pmsr.FtmrSuccesses)), Is.All.EqualTo(1));
        double samples = MetresOf20Mhz * MetresOf20Mhz / 6 / Variance(peers.Select(peer => peer.Distance));
        Assert.That(samples, Is.EqualTo(0.36 * 31).Within(25).Percent, "that the mean is of");
    }

    [Test]
    public void APeerThatHearsNothingDoesNotRespond()
    {
        Place("vm2", 30, 0, 0);
        Change(new SetLink(new(RadioPattern.Of("vm1"), RadioPattern.Of("vm2")) { Loss = 1 }));
        AssertUnanswered(Peer(Address(2)) with { FtmrRetries = 5 }, attempts: 6);
    }

    [Test]
    public void WhoHearsNothingTimesOutWhereTheRequestWasHeard()
    {
        Place("vm2", 30, 0, 0);
        Change(new SetLink(new(RadioPattern.Of("vm1"), RadioPattern.Of("vm2")) { Loss = 0.97 }));
        var peers = MeasureOften(100, Peer(Address(2)) with { FtmrRetries = 255, Ftms = 1 })
            .Where(peer => peer.Number(Nl80211Pmsr.FtmrSuccesses) == 1).ToList();
        Assert.That(peers, Is.Not.Empty);
        Assert.That(peers.Count(peer => peer.Status == PmsrStatus.Timeout), Is.GreaterThan(peers.Count * 9 / 10), "0.0009 give a sample");
    }

    [Test]
    public void APeerThatIsAbsentOrElsewhereDoesNotRespond()
    {
        Place("vm2", 30, 0, 0);
        AssertUnanswered(Peer(Address(3)), attempts: 4);
        AssertUnanswered(Peer(Address(1)), attempts: 4);
        B.Tune(0, 5180);
        B.Drain();
        AssertUnanswered(Peer(Address(2)), attempts: 4);
        Assert.That(MeasureOne(Peer(Address(2)) with { FreqMhz = 5180 }).Status, Is.EqualTo(PmsrStatus.Success));
        B.Tune(0, 0);
        B.Drain();
        AssertUnanswered(Peer(Address(2)), attempts: 4);
    }

    [Test]
    public void WithoutAPlaceNothingIsMeasured()
    {
        var peer = MeasureOne(Peer(Address(2)));
        Assert.That((peer.Status, peer.Failure), Is.EqualTo((PmsrStatus.Failure, FtmFailure.PeerNotCapable)));
        Place("vm1", 0, 8000, 0);
        Assert.That(MeasureOne(Peer(Address(2))).Distance, Is.EqualTo(8000).Within(6 * MetresOf20Mhz), "the other is at the origin");
    }

    [Test]
    public void AllPeersOfARequestAreInOneReport()
    {
        Place("vm2", 2000, 0, 0);
        B.AddAddress(0, Address(5));
        B.Drain();
        var peers = Measure(Peer(Address(2)), Peer(Address(9)), Peer(Address(5)));
        Assert.That(peers.Select(peer => (peer.Address, peer.Status)), Is.EqualTo(new[]
        {
            (Address(2), PmsrStatus.Success), (Address(9), PmsrStatus.Failure), (Address(5), PmsrStatus.Success),
        }));
        Assert.That(Measure([.. Enumerable.Repeat(Peer(Address(2)), 40)]), Has.Count.EqualTo(PmsrPeers.Max));
        Assert.That(Measure(), Is.Empty);
    }

    [Test]
    public void ItTakesAsLongAsItsFrames()
    {
        Place("vm2", 30, 0, 0);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (int i = 0; i < 20; i++)
            MeasureOne(Peer(Address(2)) with { Ftms = 31 });
        // 28 + 88 + 10 + 44 + 6 + 6 us: DIFS, 48 octets at 6 Mbit/s, SIFS, ACK, two signal extensions of 6 us.
        Assert.That(watch.Elapsed.TotalMilliseconds, Is.GreaterThan(20 * 31 * 0.180));
    }

    [Test]
    public void ARadioMeasuresOneThingAtATime()
    {
        Place("vm2", 30, 0, 0);
        byte[] request = PmsrMessages.Request([.. Enumerable.Repeat(Peer(Address(2)) with { Ftms = 31 }, PmsrPeers.Max)]);
        A.Measure(0, request, cookie: 1);
        A.Measure(0, request, cookie: 2);
        var second = ReceiveResult();
        var first = ReceiveResult();
        Assert.That((second.Descriptor.Cookie, second.Payload.Length), Is.EqualTo((2UL, 0)), "refused at once");
        Assert.That((first.Descriptor.Cookie, PmsrMessages.Read(first.Payload).Count), Is.EqualTo((1UL, PmsrPeers.Max)));
        Assert.That(TestDaemon.Count(A, HostCounter.Refused), Is.EqualTo(1));
        A.Measure(1, request, cookie: 3);
        Assert.That((ReceiveResult().Descriptor.Cookie, TestDaemon.Count(A, HostCounter.Refused)), Is.EqualTo((3UL, 2UL)), "of no radio");
    }

    [Test]
    public void ARadioThatGoesIsToldNothingAndLeavesNothing()
    {
        Place("vm2", 30, 0, 0);
        byte[] request = PmsrMessages.Request(Peer(Address(2)));
        for (int i = 0; i < 100; i++) // more than the pool has slots
        {
            A.Prepare(RingKind.PmsrRequest, 0, payload: request);
            A.RemoveRadio(0);
            A.AddRadio(0, Address(1));
            Assert.That(A.Drain(), Is.Empty);
            Thread.Sleep(5); // until it is due
            Assert.That(A.Drain(), Is.Empty);
        }
        Assert.That(MeasureOne(Peer(Address(2))).Status, Is.EqualTo(PmsrStatus.Success));
    }

    [Test]
    public void ReportsComeBackToThePool()
    {
        Place("vm2", 30, 0, 0);
        for (int i = 0; i < 200; i++)
            Assert.That(MeasureOne(Peer(Address(2))).Status, Is.EqualTo(PmsrStatus.Success));
    }

    [Test]
    public void WhateverARequestSaysItIsAnswered()
    {
        Place("vm2", 30, 0, 0);
        var random = new Random(20);
        byte[] request = PmsrMessages.Request(Peer(Address(2)), Peer(Address(2)) with { BandwidthMhz = 80 });
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = (byte[])request.Clone();
            for (int changes = random.Next(1, 4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            A.Measure(0, bytes.AsSpan(0, random.Next(3) == 0 ? random.Next(bytes.Length) : bytes.Length), cookie: (ulong)i);
            var result = ReceiveResult();
            Assert.That(result.Descriptor.Cookie, Is.EqualTo((ulong)i));
            Assert.That(result.Payload, Has.Length.GreaterThan(0));
            PmsrMessages.Read(result.Payload);
        }
        Assert.That(A.Port.State, Is.EqualTo(PortState.Attached));
    }

    [TestCase(3969u, 128u)]
    [TestCase(64u, 4033u)]
    [TestCase(64u, 127u)]
    [TestCase(0xffff_ffffu, 128u)]
    public void ARequestThatLeavesItsSlotFaultsThePort(uint length, uint offset)
    {
        A.SendSlot(new TxSlotHeader { Kind = RingKind.PmsrRequest, Length = length, Offset = offset });
        Deadline.Until(() => A.Port.State == PortState.Faulted, "the fault");
        Assert.That(A.Port.Fault, Is.EqualTo(PortFault.Length));
    }

    [Test]
    public void MeasuringAllocatesNothing()
    {
        Place("vm2", 30, 0, 0);
        MeasureOne(Peer(Address(2)));
        long before = _daemon.Daemon.Engine.Counters.ControlAllocatedBytes + _daemon.Daemon.Engine.Counters.AllocatedBytes;
        byte[] request = PmsrMessages.Request(Peer(Address(2)), Peer(Address(4)));
        for (int i = 0; i < 100; i++)
        {
            A.Measure(0, request);
            ReceiveResult();
        }
        A.Drain();
        Assert.That(_daemon.Daemon.Engine.Counters.ControlAllocatedBytes + _daemon.Daemon.Engine.Counters.AllocatedBytes, Is.EqualTo(before));
    }

    private static PmsrPeer Peer(MacAddress address) => new(address, FreqMhz: 2412, BandwidthMhz: 20, Ftms: 0, FtmrRetries: 3);

    private static double Variance(IEnumerable<double> numbers)
    {
        double[] all = [.. numbers];
        double mean = all.Average();
        return all.Sum(number => (number - mean) * (number - mean)) / (all.Length - 1);
    }

    private void Change(MediumChange change) => _daemon.Daemon.Engine.ApplyAsync(change).GetAwaiter().GetResult();

    private void Place(string vm, double x, double y, double z) =>
        Change(new SetRadio(new RadioConfiguration(RadioPattern.Of(vm)) { Motion = new LinearMotion(new(x, y, z), default) }));

    private MeasuredPeer MeasureOne(PmsrPeer peer) => Measure(peer).Single();

    private List<MeasuredPeer> MeasureOften(int times, PmsrPeer peer) => [.. Enumerable.Range(0, times).Select(_ => MeasureOne(peer))];

    private List<MeasuredPeer> Measure(params ReadOnlySpan<PmsrPeer> peers)
    {
        A.Measure(0, PmsrMessages.Request(peers), ++_cookie);
        var result = ReceiveResult();
        Assert.That(result.Descriptor.Cookie, Is.EqualTo(_cookie));
        return PmsrMessages.Read(result.Payload);
    }

    private Received ReceiveResult()
    {
        Received received;
        do
            received = A.Receive();
        while (received.Descriptor.Kind != RingKind.PmsrResult);
        return received;
    }

    private void AssertUnanswered(PmsrPeer peer, int attempts)
    {
        var measured = MeasureOne(peer);
        Assert.That((measured.Status, measured.Failure, measured.Number(Nl80211Pmsr.FtmrAttempts), measured.Number(Nl80211Pmsr.FtmrSuccesses)),
            Is.EqualTo((PmsrStatus.Failure, FtmFailure.NoResponse, (long)attempts, 0L)));
        Assert.That(measured.Ftm.ContainsKey(Nl80211Pmsr.FtmDistanceAverage), Is.False);
    }
}
