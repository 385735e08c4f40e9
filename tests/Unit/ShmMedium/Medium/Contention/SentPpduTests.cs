using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.ShmMedium.Medium.Contention;

namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Contention;

/// <summary>What is reported of PPDUs: when they were on the medium, for whom, and what they say.</summary>
/// <remarks>By hand from the standard, on 5 GHz: SIFS 16 µs; at 24 Mbit/s an RTS, a CTS and an ACK take 28 µs, a BlockAck 32.</remarks>
public sealed class SentPpduTests
{
    private readonly List<Sent> _sent = [];

    private AirtimeHarness NewHarness(ulong seed = 1, params LinkConfiguration[] links)
    {
        _sent.Clear();
        var harness = new AirtimeHarness(seed, links) { Sent = ppdu => _sent.Add(new Sent(ppdu)) };
        harness.Medium.ReportsPpdus = true;
        _ = (harness["a"], harness["b"]);
        return harness;
    }

    [Test]
    public void RtsCtsFrameAndAckFollowEachOtherAfterSifs()
    {
        var harness = NewHarness();
        harness.Send(new Flow("a", "b", "ofdm 54") { Rates = [Flow.RateOf("ofdm 54", flags: TxRateFlags.UseRtsCts)] });
        harness.Run(TimeSpan.FromMilliseconds(10));

        const int FrameUs = 20 + (4 * 57); // (16 + 8 * 1536 + 6) / 216
        long startNs = _sent[0].StartNs;
        Assert.That(
            _sent.Select(sent =>
                (sent.Kind, (sent.StartNs - startNs) / 1000, (sent.EndNs - startNs) / 1000, sent.DurationNs / 1000, sent.From, sent.To)),
            Is.EqualTo(new[]
            {
                (PpduKind.Rts, 0L, 28L, 16L + 28 + 16 + FrameUs + 16 + 28, "a", "b"),
                (PpduKind.Cts, 44, 72, 16 + FrameUs + 16 + 28, "b", "a"),
                (PpduKind.Frame, 88, 88 + FrameUs, 16 + 28, "a", "b"),
                (PpduKind.Ack, 104 + FrameUs, 132 + FrameUs, 0, "b", "a"),
            }));
        Assert.That(_sent[2].Mpdu, Is.EqualTo(new SentMpdu(startNs + 108_000, 0, IsLast: false)), "its first bit is behind the preamble");
    }

    [Test]
    public void ACtsToSelfIsForItsSender()
    {
        var harness = NewHarness();
        harness.Send(new Flow("a", "b", "ofdm 54") { Rates = [Flow.RateOf("ofdm 54", flags: TxRateFlags.UseCtsProtect)] });
        harness.Run(TimeSpan.FromMilliseconds(10));
        Assert.That(_sent.Select(sent => sent.Kind), Is.EqualTo(new[] { PpduKind.CtsToSelf, PpduKind.Frame, PpduKind.Ack }));
        Assert.That((_sent[0].From, _sent[0].To), Is.EqualTo(("a", "a")));
    }

    [Test]
    public void WhatNobodyAnswersHasNoResponse()
    {
        var harness = NewHarness(1, AirtimeHarness.Loss("a", "b", 1, oneWay: true));
        harness.Send(new Flow("a", "b", "ofdm 54")
        {
            Rates = [Flow.RateOf("ofdm 54", 2), Flow.RateOf("ofdm 6", 1, TxRateFlags.UseRtsCts)],
        });
        harness.Run(TimeSpan.FromMilliseconds(100));
        Assert.That(_sent.Select(sent => sent.Kind), Is.EqualTo(new[] { PpduKind.Frame, PpduKind.Frame, PpduKind.Rts }));
    }

    [Test]
    public void ABlockAckTellsWhatTheReceiverHas()
    {
        var harness = NewHarness(7, AirtimeHarness.Loss("a", "b", 0.3, oneWay: true));
        var flow = harness.Saturate(new Flow("a", "b", "ht 7")
        {
            MpduOctets = 1538,
            Waiting = 100,
            Rates = [Flow.RateOf("ht 7")],
            Agreement = new BlockAckAgreement { BufferSize = 64 },
        });
        harness.Run(TimeSpan.FromMilliseconds(700));
        Assert.That(flow.Acked, Is.InRange(1000, 4000), "no sequence number comes twice");

        List<int> told = [];
        for (int i = 1; i < _sent.Count; i++)
        {
            (var ampdu, var response) = (_sent[i - 1], _sent[i]);
            if (response.Kind != PpduKind.BlockAck)
                continue;
            Assert.That(response.StartNs, Is.EqualTo(ampdu.EndNs + 16_000));
            Assert.That(response.EndNs, Is.EqualTo(response.StartNs + 32_000));
            Assert.That((response.From, response.To), Is.EqualTo(("b", "a")));
            Assert.That(response.Tid, Is.EqualTo(Flow.Tid));
            told.AddRange(response.Told);
        }
        Assert.That(told, Is.Unique, "all BlockAcks come");
        Assert.That(told, Has.Count.EqualTo(flow.Acked), "what one tells is acknowledged");
    }

    /// <summary>Subframes of 1544 octets at 65 Mbit/s: 4 µs carry 260 bits.</summary>
    [Test]
    public void EachMpduOfAnAmpduHasItsOwnTime()
    {
        var harness = NewHarness();
        var flow = new Flow("a", "b", "ht 7") { MpduOctets = 1538, Agreement = new BlockAckAgreement { BufferSize = 64 } };
        for (int i = 0; i < 10; i++)
            harness.Send(flow);
        harness.Run(TimeSpan.FromMilliseconds(100));
        var ppdu = _sent.Single(sent => sent.Mpdus.Length != 0);
        Assert.That(ppdu.Mpdus, Has.Length.EqualTo(10));
        for (int i = 0; i < 10; i++)
        {
            double startUs = 36 + (((i * 1544) + 4) * 8 / 65.0);
            Assert.That((ppdu.Mpdus[i].StartNs - ppdu.StartNs) / 1000.0, Is.EqualTo(startUs).Within(4), "a symbol, as the last one is padded");
            Assert.That((ppdu.Mpdus[i].Ampdu, ppdu.Mpdus[i].IsLast), Is.EqualTo((1u, i == 9)));
        }
    }

    /// <summary>Some of them leave while a PPDU of theirs is on the medium, or reported.</summary>
    [TestCase("a")]
    [TestCase("b")]
    public void WhoLeavesIsReportedNoMore(string who)
    {
        for (int us = 0; us < 3000; us += 97)
        {
            var harness = NewHarness();
            harness.Saturate(new Flow("a", "b", "ht 7") { Agreement = new BlockAckAgreement { BufferSize = 64 }, Waiting = 64 }).IsSaturated = false;
            harness.RunUntil(us * 1000);
            harness.Medium.Advance((us + 400) * 1000); // what it reports is not taken yet
            harness.Leave(who);
            _sent.Clear();
            harness.Run(TimeSpan.FromMilliseconds(100));
            Assert.That(_sent.Select(sent => sent.Sender), Has.None.EqualTo(who));
        }
    }

    [Test]
    public void AMediumThatIsAskedLateReportsTheSame()
    {
        var harness = NewHarness();
        var flow = new Flow("a", "b", "ofdm 54");
        for (int i = 0; i < 20; i++)
            harness.Send(flow);
        harness.Medium.Advance(100_000_000); // far longer than ended PPDUs are kept
        harness.RunUntil(100_000_000);
        Assert.That(_sent.Select(sent => sent.Kind), Is.EqualTo(Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? PpduKind.Frame : PpduKind.Ack)));
        Assert.That(_sent.Select(sent => sent.StartNs), Is.Ordered);
        Assert.That(flow.Acked, Is.EqualTo(20));
    }

    [Test]
    public void NothingIsReportedUnasked()
    {
        var harness = NewHarness();
        harness.Medium.ReportsPpdus = false;
        harness.Send(new Flow("a", "b", "ofdm 54"));
        harness.Run(TimeSpan.FromMilliseconds(10));
        Assert.That(_sent, Is.Empty);
    }

    [Test]
    public void ReportsAllocateNothing()
    {
        var harness = new AirtimeHarness(7, AirtimeHarness.Loss("a", "b", 0.2, oneWay: true)) { Sent = _ => { } };
        harness.Medium.ReportsPpdus = true;
        _ = harness["b"];
        harness.Saturate(new Flow("a", "b", "vht 9 nss 2 80")
        {
            Waiting = 128,
            Rates = [Flow.RateOf("vht 9 nss 2 80", flags: TxRateFlags.UseRtsCts)],
            Agreement = new BlockAckAgreement { BufferSize = 64 },
        });
        Assert.That(Allocations.OfWarm(() => harness.Run(TimeSpan.FromSeconds(2))), Is.Zero);
    }

    /// <summary>What a PPDU was: it is used again.</summary>
    private sealed class Sent(Ppdu ppdu)
    {
        public PpduKind Kind { get; } = ppdu.Kind;

        public string Sender { get; } = ppdu.Sender!.Vm;

        public long StartNs { get; } = ppdu.StartNs;

        public long EndNs { get; } = ppdu.EndNs;

        public long DurationNs { get; } = ppdu.DurationNs;

        public string From { get; } = NameOf(ppdu.Transmitter);

        public string To { get; } = NameOf(ppdu.Receiver);

        public SentMpdu Mpdu { get; } = ppdu.Mpdu;

        public SentMpdu[] Mpdus { get; } = [.. ppdu.Mpdus.Select(mpdu => mpdu.Sent)];

        public int Tid { get; } = ppdu.BlockAck.Tid;

        /// <summary>Sequence numbers that a BlockAck tells as received.</summary>
        public int[] Told { get; } = ToldBy(ppdu);

        private static string NameOf(MacAddress address) => ((char)address.Value).ToString();

        private static int[] ToldBy(Ppdu ppdu)
        {
            if (ppdu.Kind != PpduKind.BlockAck)
                return [];
            byte[] bits = ppdu.BlockAck.Octets.ToArray();
            int first = ppdu.BlockAck.StartingSequence;
            return
            [
                .. Enumerable.Range(0, 8 * bits.Length).Where(bit => (bits[bit / 8] & (1 << (bit % 8))) != 0).Select(bit => (first + bit) & 0xfff),
            ];
        }
    }
}
