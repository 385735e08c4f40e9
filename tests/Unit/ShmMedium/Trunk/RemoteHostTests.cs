using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Logging;
using ShmWifi.ShmMedium.Ports;
using ShmWifi.ShmMedium.Trunk;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.Trunk;

/// <summary>Two daemons whose messages go from one to the other without a server: what a host makes of what another sends.</summary>
public sealed class RemoteHostTests
{
    private Side _a = null!;
    private Side _b = null!;

    [SetUp]
    public void SetUp()
    {
        (_a, _b) = (new Side("a", "b", 1), new Side("b", "a", 2));
        (_a.Peer, _b.Peer) = (_b, _a);
        _a.Tell();
        _b.Tell();
    }

    [TearDown]
    public void TearDown()
    {
        _a.Dispose();
        _b.Dispose();
    }

    [Test]
    public void AFrameComesAsItWasAndIsAcknowledgedAtOnce()
    {
        byte[] frame = Send();
        Assert.That(Frames(_b), Is.EqualTo(new[] { frame }));
        Assert.That((_a.Other.Counters.FramesSent, _b.Other.Counters.FramesReceived), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public void AReceptionThatTheRadioCannotHaveIsADisagreement()
    {
        _b.Guest.Tune(0, 5180);
        _b.Guest.Drain();
        _ = Send();
        Deadline.Until(() => _b.Daemon.Daemon.Engine.Counters.Disagreements == 1, "it is counted");
        Assert.That(Frames(_b), Is.Empty);
        _b.Tell();
        _a.Guest.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(StatusOf(_a), Is.EqualTo(TxFlags.None), "the table says that it left the channel");
    }

    [Test]
    public void MessagesCountOnceAndInTheirOrder()
    {
        _ = Send();
        byte[] message = _a.Sent!;
        _b.Other.Receive(message);
        _b.Other.Receive(With(message, sequence: 5));
        _b.Other.Receive(With(message, sequence: 4));
        _b.Other.Receive(With(message, sequence: 6, session: 2));
        var counters = _b.Other.Counters;
        Assert.That((counters.FramesReceived, counters.Replayed, counters.Lost), Is.EqualTo((2L, 3L, 3L)));
    }

    [Test]
    public void NothingIsSentWithoutALink()
    {
        _a.IsUp = false;
        _a.Guest.SendFrame(0, Data(Address(2), Address(1)));
        Deadline.Until(() => _a.Other.Counters.NotSent == 1, "it is counted");
        Assert.That(_a.Other.Counters.MessagesSent, Is.Zero);
    }

    [Test]
    public void WhatAHostMakesUpHarmsNobody()
    {
        byte[] frame = Send();
        byte[] message = _a.Sent!;
        _ = Frames(_b);
        var random = new Random(1);
        ulong sequence = 1;
        for (int i = 0; i < 20_000; i++)
        {
            int length = i % 2 == 0 ? message.Length : random.Next(TrunkHeader.Size, message.Length);
            byte[] madeUp = With(message, ++sequence)[..length];
            for (int flips = random.Next(1, 5); flips > 0 && madeUp.Length > TrunkHeader.Size; flips--)
                madeUp[random.Next(TrunkHeader.Size, madeUp.Length)] = (byte)random.Next(256);
            _b.Other.Receive(madeUp);
            if (i % 50 == 0)
                _ = Frames(_b);
        }
        _ = Frames(_b);
        _b.Daemon.AssertEngineAnswers();
        Assert.That(_b.Daemon.Daemon.Engine.Ports, Has.All.Property("IsFaulted").False);
        Assert.That(_b.Other.Counters.Malformed, Is.GreaterThan(1000));
        Assert.That(_b.Daemon.Daemon.Engine.Counters.Disagreements, Is.GreaterThan(10));
        _b.Other.Receive(With(message, ++sequence));
        Assert.That(Frames(_b), Is.EqualTo(new[] { frame }));
    }

    [Test]
    public void AHostThatLeavesTakesItsRadiosWithIt()
    {
        _a.Other.Leave();
        Deadline.Until(() => _a.Daemon.Daemon.Engine.Radios.Radios.All(r => !r.Port.IsRemote), "they are gone");
        _a.Guest.SendFrame(0, Data(Address(2), Address(1)));
        Assert.That(StatusOf(_a), Is.EqualTo(TxFlags.None));
        _b.Tell();
        Assert.That(Send(), Is.EqualTo(Frames(_b).Single()));
    }

    /// <summary>Sends a frame from a's radio to b's, which is acknowledged.</summary>
    private byte[] Send()
    {
        byte[] frame = Data(Address(2), Address(1), 1, 2, 3);
        long before = _a.Other.Counters.MessagesSent;
        _a.Guest.SendFrame(0, frame);
        Assert.That(StatusOf(_a), Is.EqualTo(TxFlags.Acked));
        Deadline.Until(() => _a.Other.Counters.MessagesSent == before + 1, "it is sent");
        return frame;
    }

    private static TxFlags StatusOf(Side side)
    {
        while (true)
        {
            var received = side.Guest.Receive();
            if (received.Descriptor.Kind == RingKind.TxStatus)
                return received.Descriptor.Flags & TxFlags.Acked;
        }
    }

    /// <summary>What came so far.</summary>
    private static byte[][] Frames(Side side)
    {
        side.Daemon.AssertEngineAnswers();
        side.Daemon.AssertEngineAnswers(); // after a round
        return [.. side.Guest.Drain().Where(r => r.Descriptor.Kind == RingKind.Frame).Select(r => r.Payload)];
    }

    private static byte[] With(byte[] message, ulong sequence, ulong session = 1)
    {
        byte[] copy = [.. message];
        Assert.That(TrunkHeader.TryRead(copy, out var header), Is.True);
        (header with { Sequence = sequence, Session = session }).Write(copy);
        return copy;
    }

    /// <summary>A daemon with a radio, and the other host as it has it.</summary>
    private sealed class Side : ITrunkLink, IDisposable
    {
        private readonly MediumLog _log = new();
        private readonly PerVmRegionSource _regions = new(new RegionGeometry());
        private readonly PeerIds _peerIds = new(first: 1000);

        public Side(string name, string other, int number)
        {
            Daemon = new TestDaemon($"vms: [{{name: {name}, socket: {name}.sock}}]");
            Guest = Daemon.Connect(name);
            Guest.Hello();
            Guest.AddRadio(0, Address(number));
            Guest.Tune(0, 2412);
            Guest.Drain();
            Other = new RemoteHost(other, this, new TrunkSubjects("lab", name), staleAfter: TimeSpan.FromSeconds(5));
        }

        public Side Peer { get; set; } = null!;

        public TestDaemon Daemon { get; }

        public SimulatedGuest Guest { get; }

        public RemoteHost Other { get; }

        /// <summary>The latest message with frames.</summary>
        public byte[]? Sent { get; private set; }

        public ulong Session => 1;

        public bool IsUp { get; set; } = true;

        public bool TrySend(string subject, ReadOnlyMemory<byte> message)
        {
            Sent = message.ToArray();
            Peer.Other.Receive(message.Span);
            return true;
        }

        public void Post(string subject, byte[] message) => Peer.Other.Receive(message);

        /// <summary>Says what it has.</summary>
        public void Tell()
        {
            var engine = Daemon.Daemon.Engine;
            var table = engine.PostAsync(() => HostTable.Of(engine.Radios, Session, "")).GetAwaiter().GetResult();
            _ = Peer.Other.Update(table, (entry, call) =>
                RemoteVm.Attach(Peer.Daemon.Daemon.Engine, Peer._log, Peer._regions, Peer._peerIds, entry, call));
        }

        public void Dispose()
        {
            Other.Dispose();
            Daemon.Dispose();
            _regions.Dispose();
            _log.Dispose();
        }
    }
}
