using ShmWifi.Configuration;
using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Medium.Contention;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Engine;

/// <summary>Who may send A-MPDUs to whom, as the medium knows from the frames that pass.</summary>
/// <remarks>What shares a PPDU is told its status at the same instant of the medium.</remarks>
public sealed class BlockAckTests
{
    private const uint FreqMhz = 5180;
    private const int Frames = 16;
    private const byte Tid = 3;
    private static readonly PhyRate s_ht = PhyRate.Ht(7);

    private TestDaemon _daemon = null!;
    private SimulatedGuest[] _vms = [];
    private int _sender; // the other one is the receiver
    private int _sequence;

    [SetUp]
    public void SetUp()
    {
        _daemon = new TestDaemon(Isolation.Shared);
        _vms = [_daemon.Attach(Address(1)), _daemon.Attach(Address(2))];
        foreach (var vm in _vms)
            vm.Tune(0, FreqMhz);
        _daemon.Daemon.Engine.ApplyAsync(new SetTiming(Timing.Airtime)).Wait(Deadline.Limit);
        (_sender, _sequence) = (0, 0);
    }

    private SimulatedGuest A => _vms[_sender];

    private SimulatedGuest B => _vms[1 - _sender];

    [TearDown]
    public void TearDown() => _daemon.Dispose();

    [Test]
    public void WithoutAddbaEachFrameIsSentAlone() => Assert.That(PpdusOf(s_ht), Is.EqualTo(Frames));

    [Test]
    public void AfterAddbaFramesShareAPpduOneWay()
    {
        Agree();
        Assert.That(PpdusOf(s_ht), Is.LessThanOrEqualTo(2), "the first may be sent before the others have come");
        _sender = 1;
        Assert.That(PpdusOf(s_ht), Is.EqualTo(Frames), "the other direction has no agreement");
    }

    [Test]
    public void OtherTidsAndLegacyRatesAreSentAlone()
    {
        Agree();
        Assert.That(PpdusOf(s_ht, tid: 0), Is.EqualTo(Frames));
        Assert.That(PpdusOf(PhyRate.Legacy(540)), Is.EqualTo(Frames));
    }

    [Test]
    public void ARefusedRequestIsNoAgreement()
    {
        Send(A, Request());
        byte[] response = Response();
        response[27] = 37;
        Send(B, response);
        Assert.That(PpdusOf(s_ht), Is.EqualTo(Frames));
    }

    [Test]
    public void AnAnswerToNoRequestIsNoAgreement()
    {
        Send(B, Response());
        Assert.That(PpdusOf(s_ht), Is.EqualTo(Frames));
    }

    [Test]
    public void ADelbaOfTheRecipientEndsIt()
    {
        Agree();
        Send(B, Action(B, A, 3, 2, 0x00, Tid << 4, 37, 0));
        Assert.That(PpdusOf(s_ht), Is.EqualTo(Frames));
    }

    [Test]
    public void ADelbaOfTheOriginatorEndsIt()
    {
        Agree();
        Send(A, Action(A, B, 3, 2, 0x00, (Tid << 4) | 0x08, 37, 0));
        Assert.That(PpdusOf(s_ht), Is.EqualTo(Frames));
    }

    [TestCase(0xc0, TestName = "Deauthentication ends it")]
    [TestCase(0xb0, TestName = "Authentication ends it")]
    [TestCase(0x00, TestName = "An association request ends it")]
    public void ItEndsWithTheAssociation(int frameControl)
    {
        Agree();
        byte[] frame = Action(B, A, new byte[8]);
        frame[0] = (byte)frameControl;
        Send(B, frame);
        Assert.That(PpdusOf(s_ht), Is.EqualTo(Frames));
    }

    /// <summary>PMF: the agreement is inferred, for all TIDs but those of voice.</summary>
    [Test]
    public void EncryptedAddbaIsKnownByItsLength()
    {
        Send(A, Protected(A, B));
        Assert.That(PpdusOf(s_ht), Is.EqualTo(Frames));
        Send(B, Protected(B, A));
        Assert.That(PpdusOf(s_ht), Is.LessThanOrEqualTo(2));
        Assert.That(PpdusOf(s_ht, tid: 6), Is.EqualTo(Frames));
    }

    /// <summary>HT Capabilities with exponent 0, 8191 octets: 12 frames of 660 octets.</summary>
    [Test]
    public void ARecipientThatTakesShortAggregatesGetsThose()
    {
        byte[] request = Action(B, A, [0x31, 0x04, 5, 0, 45, 26, 0, 0, 0, .. new byte[23]]);
        request[0] = 0x00; // Association Request
        Send(B, request);
        Agree();
        Assert.That(PpdusOf(s_ht), Is.InRange(2, 3));
    }

    /// <summary>Its own agreements are all that a guest loses which asks for more than there is room for: frames that wait are sent one by
    /// one.</summary>
    [Test]
    public void WhoAsksForMoreThanThereIsRoomForBeginsAnew()
    {
        var agreements = new BlockAckAgreements();
        agreements.Ask(Address(1), Address(2), Tid);
        agreements.Agree(Address(1), Address(2), Tid, bufferSize: 64, AmpduCapabilities.OfHwsim);
        var agreement = agreements.Of(Address(1), Address(2), Tid)!;
        for (int i = 0; i < BlockAckAgreements.Limit - 1; i++)
            agreements.Ask(Address(1), Address(3 + (i >> 8), i & 0xff), Tid);
        Assert.That(agreement.BufferSize, Is.EqualTo(64));
        agreements.Ask(Address(1), Address(200), Tid);
        Assert.That(agreement.BufferSize, Is.Zero);
        Assert.That(agreements.Of(Address(1), Address(2), Tid), Is.Null);
    }

    private void Agree()
    {
        Send(A, Request());
        Send(B, Response());
    }

    private byte[] Request() => AddbaRequest(AddressOf(B), AddressOf(A), Tid);

    private byte[] Response() => AddbaResponse(AddressOf(A), AddressOf(B), Tid);

    private byte[] Action(SimulatedGuest from, SimulatedGuest to, params byte[] body) => MediumFrames.Action(AddressOf(to), AddressOf(from), body);

    private byte[] Protected(SimulatedGuest from, SimulatedGuest to)
    {
        byte[] frame = Action(from, to, new byte[9 + 16]);
        frame[1] |= 0x40;
        return frame;
    }

    private MacAddress AddressOf(SimulatedGuest guest) => guest == _vms[0] ? Address(1) : Address(2);

    private static void Send(SimulatedGuest from, byte[] frame)
    {
        from.SendFrame(0, frame, freqMhz: FreqMhz);
        Received status;
        do
            status = from.Receive();
        while (status.Descriptor.Kind != RingKind.TxStatus);
        Assert.That(status.Descriptor.Flags & TxFlags.Acked, Is.EqualTo(TxFlags.Acked));
    }

    /// <summary>Sends frames together, and counts the PPDUs that they were sent in.</summary>
    private int PpdusOf(in PhyRate rate, byte tid = Tid)
    {
        _ = A.Drain();
        _ = B.Drain();
        var frames = Enumerable.Range(0, Frames).Select(_ => QosData(AddressOf(B), AddressOf(A), tid, _sequence++, bodyLength: 600));
        A.SendFrames(0, [.. frames], rate, FreqMhz);
        HashSet<ulong> instants = [];
        for (int statuses = 0; statuses < Frames;)
        {
            var status = A.Receive().Descriptor;
            if (status.Kind != RingKind.TxStatus)
                continue;
            statuses++;
            Assert.That(status.Flags & TxFlags.Acked, Is.EqualTo(TxFlags.Acked));
            instants.Add(status.TakenNs);
        }
        return instants.Count;
    }
}
