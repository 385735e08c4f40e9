namespace ShmWifi.Tests.Unit.ShmMedium.Medium.Contention;

/// <summary>What it means that a radio's guest says where it listens.</summary>
public sealed class ListeningTests
{
    private const int Here = 5180;
    private const int Elsewhere = 5500;
    private const int Nowhere = 0;

    private static readonly TimeSpan s_awhile = TimeSpan.FromMilliseconds(100);

    private static Flow Group(int freqMhz = Here) => new("a", null, "ofdm 6", freqMhz) { MpduOctets = 100 };

    private static Flow Frame(string to = "b", int freqMhz = Here) => new("a", to, "ofdm 6", freqMhz);

    [TestCase(null, 1)]
    [TestCase(Here, 1)]
    [TestCase(Elsewhere, 0)]
    [TestCase(Nowhere, 0)]
    public void ARadioReceivesWhatIsOnItsChannel(int? listensMhz, int received)
    {
        var harness = new AirtimeHarness();
        harness.Medium.Listen(harness["b"], listensMhz);
        Flow group = Group(), frame = Frame();
        harness.Send(group);
        harness.Send(frame);
        harness.Run(s_awhile);
        Assert.Multiple(() =>
        {
            Assert.That((group.Received, group.Done), Is.EqualTo((received, 1)));
            Assert.That((frame.Received, frame.Acked, frame.Done), Is.EqualTo((received, received, 1)));
            Assert.That(frame.Attempts, Is.EqualTo(received == 1 ? 1 : 7));
        });
    }

    [Test]
    public void WhoDoesNotSayItAnyMoreMayBeAnywhere()
    {
        var harness = new AirtimeHarness();
        harness.Medium.Listen(harness["b"], Elsewhere);
        harness.Medium.Listen(harness["b"], null);
        var frame = Frame();
        harness.Send(frame);
        harness.Run(s_awhile);
        Assert.That(frame.Acked, Is.EqualTo(1));
    }

    [Test]
    public void WhoOnlyListenedKnowsThatItsChannelIsBusy()
    {
        var harness = new AirtimeHarness { Log = [] };
        harness.Medium.Listen(harness["c"], Here);
        harness.Send(new Flow("a", "b", "ofdm 6"));
        harness.RunUntil(1_000_000); // of 2 ms
        harness.Send(new Flow("c", "b", "ofdm 6"));
        harness.Run(s_awhile);
        Assert.That(harness.Log!.Select(line => line[(line.IndexOf(' ') + 1)..]), Is.EqualTo(new[]
        {
            "received a b 1 False", "over a 1 True", "received c b 1 False", "over c 1 True",
        }));
    }

    [Test]
    public void WhoListensOnAnOverlappingChannelWaitsButReceivesNothing()
    {
        var harness = new AirtimeHarness { Log = [] };
        harness.Medium.Listen(harness["b"], 2412);
        harness.Medium.Listen(harness["c"], 2422);
        var group = new Flow("a", null, "dsss 1", 2412) { MpduOctets = 1000 };
        harness.Send(group);
        harness.RunUntil(4_000_000); // of 8 ms
        harness.Send(new Flow("c", null, "dsss 1", 2422) { MpduOctets = 100 });
        harness.Run(s_awhile);
        Assert.That(harness.Log!.Select(line => line[(line.IndexOf(' ') + 1)..]), Is.EqualTo(new[]
        {
            "received a b 1 False", "over a 1 False", "received c a 1 False", "over c 1 False",
        }));
    }

    [Test]
    public void WhoTunesAwayLosesWhatIsOnTheMedium()
    {
        var harness = new AirtimeHarness();
        harness.Medium.Listen(harness["b"], Here);
        var group = new Flow("a", null, "ofdm 6");
        harness.Send(group);
        harness.RunUntil(1_000_000); // of 2 ms
        harness.Medium.Listen(harness["b"], Elsewhere);
        harness.Medium.Listen(harness["b"], Here);
        harness.Run(s_awhile);
        Assert.That((group.Received, group.Lost, group.Done), Is.EqualTo((0, 1, 1)));
        harness.Send(group);
        harness.Run(s_awhile);
        Assert.That(group.Received, Is.EqualTo(1));
    }

    [Test]
    public void WhatWasToBeSentBeforeItTunedIsSentFirst()
    {
        var harness = new AirtimeHarness();
        harness.Medium.Listen(harness["a"], Here);
        Flow first = Frame(), before = new("c", "a", "ofdm 6", Elsewhere);
        for (int i = 0; i < 20; i++)
            harness.Send(first);
        harness.RunUntil(1_000_000);
        harness.Medium.Listen(harness["a"], Elsewhere);
        harness.Run(s_awhile);
        Assert.That((first.Acked, first.Done), Is.EqualTo((20, 20)));
        harness.Send(before);
        harness.Run(s_awhile);
        Assert.That(before.Acked, Is.EqualTo(1), "then it is where it listens");
    }

    [Test]
    public void WhatWasToBeSentBeforeItStoppedIsSentToo()
    {
        var harness = new AirtimeHarness();
        harness.Medium.Listen(harness["a"], Here);
        var first = Frame();
        for (int i = 0; i < 3; i++)
            harness.Send(first);
        harness.Medium.Listen(harness["a"], Nowhere);
        harness.Run(s_awhile);
        Assert.That((first.Acked, first.Done), Is.EqualTo((3, 3)));
        var late = new Flow("c", "a", "ofdm 6");
        harness.Send(late);
        harness.Run(s_awhile);
        Assert.That((late.Acked, late.Done), Is.EqualTo((0, 1)));
    }

    [TestCase(Here)]
    [TestCase(Nowhere)]
    public void WhoSendsElsewhereListensThere(int listensMhz)
    {
        var harness = new AirtimeHarness();
        harness.Medium.Listen(harness["a"], listensMhz);
        var sent = Frame(freqMhz: Elsewhere);
        Flow there = new("c", "a", "ofdm 6", Elsewhere), here = new("d", "a", "ofdm 6");
        harness.Send(sent);
        harness.Run(s_awhile);
        harness.Send(there);
        harness.Send(here);
        harness.Run(s_awhile);
        Assert.That((sent.Acked, there.Acked, here.Acked), Is.EqualTo((1, 1, 0)));
    }

    [Test]
    public void AnythingGoesAndAllOfItEnds([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        string[] names = [.. Enumerable.Range(0, 8).Select(i => $"r{i}")];
        int[] channels = [2412, 2422, 5180, 5200, 1234];
        var harness = new AirtimeHarness((ulong)seed, AirtimeHarness.Snr("*", "*", 25));
        var flows = new List<Flow>();
        for (int i = 0; i < 400; i++)
        {
            string from = names[random.Next(names.Length)];
            string? to = random.Next(4) == 0 ? null : names.Where(name => name != from).ElementAt(random.Next(names.Length - 1));
            var flow = new Flow(from, to, "ofdm 12", channels[random.Next(channels.Length)]) { MpduOctets = random.Next(14, 1500) };
            flows.Add(flow);
            harness.Send(flow);
            int? listensMhz = random.Next(6) switch { 0 => null, 1 => Nowhere, _ => channels[random.Next(channels.Length)] };
            harness.Medium.Listen(harness[names[random.Next(names.Length)]], listensMhz);
            if (random.Next(2) == 0)
                harness.RunUntil(harness.NowNs + random.Next(3_000_000));
            if (random.Next(40) != 0)
                continue;
            string gone = names[random.Next(names.Length)];
            _ = harness[gone];
            harness.Leave(gone);
            flows.RemoveAll(goneToo => goneToo.From == gone);
        }
        harness.Run(TimeSpan.FromSeconds(60));
        Assert.That(harness.Medium.NextEventNs, Is.EqualTo(long.MaxValue));
        Assert.That(flows.Select(flow => flow.Done), Is.EqualTo(flows.Select(flow => flow.Sent)));
        Assert.That(flows.Sum(flow => flow.Delivered), Is.GreaterThan(20));
    }
}
