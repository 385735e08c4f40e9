using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>Where only a guest's kernel knows where a radio listens, a frame is acknowledged when the kernel has taken it.</summary>
[TestFixture(Isolation.Shared, Timing.Instant, false)]
[TestFixture(Isolation.PerVm, Timing.Instant, false)]
[TestFixture(Isolation.Shared, Timing.Instant, true)]
[TestFixture(Isolation.Shared, Timing.Airtime, true)]
public class RefusalTests(Isolation isolation, Timing timing, bool hasLinks)
{
    private TestDaemon _daemon = null!;
    private (SimulatedGuest A, SimulatedGuest B) _vms;

    [SetUp]
    public async Task SetUp()
    {
        _daemon = new TestDaemon(isolation);
        _vms = (_daemon.Attach(channelMhz: null, Address(1)), _daemon.Attach(channelMhz: null, Address(2)));
        await _daemon.Daemon.Engine.ApplyAsync(new SetTiming(timing));
        if (!hasLinks)
            return;
        var others = new LinkConfiguration(Pattern("vm8"), Pattern("vm9")) { SnrDb = 60 };
        await _daemon.Daemon.Engine.ApplyAsync(new SetLink(others));
    }

    [TearDown]
    public void TearDown() => _daemon.Dispose();

    [Test]
    public void EveryFrameHasTheAnswerThatItsReceiversKernelGave()
    {
        var random = new Random(1);
        for (ulong cookie = 0; cookie < 1000; cookie++) // eight times round the ring
        {
            bool isTaken = random.Next(2) == 0;
            _vms.A.SendFrame(0, Data(Address(2), Address(1), (byte)cookie), cookie: cookie);
            AwaitFrame(isTaken);
            var status = AwaitStatus();
            Assert.That(status.Cookie, Is.EqualTo(cookie));
            Assert.That(status.Flags & TxFlags.Acked, Is.EqualTo(isTaken ? TxFlags.Acked : TxFlags.None), $"frame {cookie}");
        }
    }

    [Test]
    public void FramesThatAreUnderWayTogetherAreToldApart()
    {
        const int Frames = 24;
        var random = new Random(2);
        for (int round = 0; round < (timing == Timing.Airtime ? 5 : 100); round++)
        {
            for (ulong cookie = 0; cookie < Frames; cookie++)
                _vms.A.SendFrame(0, Data(Address(2), Address(1), (byte)cookie), cookie: cookie);
            bool[] taken = [.. Enumerable.Range(0, Frames).Select(_ => random.Next(2) == 0)];
            foreach (bool one in taken)
                AwaitFrame(one);
            for (int i = 0; i < Frames; i++)
            {
                var status = AwaitStatus();
                bool isAcknowledged = (status.Flags & TxFlags.Acked) != TxFlags.None;
                Assert.That(isAcknowledged, Is.EqualTo(taken[status.Cookie]), $"frame {status.Cookie} of round {round}");
            }
        }
    }

    [Test]
    public void UntilTheKernelHasSeenTheFrameNobodyAnswers()
    {
        _vms.A.SendFrame(0, Data(Address(2), Address(1)), cookie: 1);
        Thread.Sleep(50);
        Assert.That(_vms.A.Drain(), Is.Empty);
        AwaitFrame(isTaken: true);
        Assert.That(AwaitStatus().Flags & TxFlags.Acked, Is.EqualTo(TxFlags.Acked));
    }

    [Test]
    public void AVmThatGoesHasTakenNothing()
    {
        _vms.A.SendFrame(0, Data(Address(2), Address(1)), cookie: 1);
        if (timing == Timing.Airtime)
            Thread.Sleep(50);
        _vms.A.Drain();
        _vms.B.Kill();
        Assert.That(AwaitStatus().Flags & TxFlags.Acked, Is.EqualTo(TxFlags.None));
    }

    [Test]
    public void ARefusalTellsOfEveryAttemptOfTheChain()
    {
        var header = new TxSlotHeader
        {
            Kind = RingKind.Frame,
            Flags = (byte)TxFlags.RequestStatus,
            Length = 30,
            Offset = Abi.SlotHeaderSize,
            FreqMhz = 2412,
            Cookie = 9,
        };
        unsafe
        {
            (header.Rates[0], header.Rates[1], header.Rates[2], header.Rates[3], header.Rates[4]) = (4, 3, 2, 2, 0xff);
            var slot = _vms.A.Claim();
            *slot = header;
            Data(Address(2), Address(1), 1, 2, 3, 4, 5, 6).CopyTo(new Span<byte>((byte*)slot + Abi.SlotHeaderSize, 30));
            _vms.A.Flush();
        }
        AwaitFrame(isTaken: false);
        var status = AwaitStatus();
        Assert.That((status.Cookie, status.Flags & TxFlags.Acked), Is.EqualTo((9ul, TxFlags.None)));
        Assert.That(status.Rates & 0xffff_ffff, Is.EqualTo(0x0202_0304), "three at the first rate, two at the second");
    }

    private static RadioPattern Pattern(string text) =>
        RadioPattern.TryParse(text, out var pattern) ? pattern : throw new ArgumentException(text, nameof(text));

    private void AwaitFrame(bool isTaken) => Deadline.Until(() => TakeFrame(isTaken), "the frame");

    private bool TakeFrame(bool isTaken)
    {
        if (isTaken)
            return _vms.B.TryReceive(out _);
        return _vms.B.TryRefuse(out _);
    }

    private RxDescriptor AwaitStatus()
    {
        Received received = default;
        Deadline.Until(() => _vms.A.TryReceive(out received), "the status");
        Assert.That(received.Descriptor.Kind, Is.EqualTo(RingKind.TxStatus));
        return received.Descriptor;
    }
}
