using System.Diagnostics;
using ShmWifi.Dot11.Frames;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.ShmMedium.Ports.VhostUser;
using ShmWifi.ShmMedium.VirtualTime;
using static ShmWifi.Tests.Support.MediumFrames;

namespace ShmWifi.Tests.Unit.ShmMedium.VirtualTime;

/// <summary>A whole daemon in virtual time, and guests of which one is slow, or hostile.</summary>
public sealed class VirtualTimeTests
{
    private const ulong SentAtNs = 1_000_000;
    private static readonly MacAddress s_radio = MacAddress.Parse("42:00:00:00:00:00");

    [TestCase(0, false)]
    [TestCase(50, false)]
    [TestCase(50, true)]
    public void AFrameOfInstantArrivesWhenItIsSentHoweverSlowTheGuestsAre(int delayMs, bool sharesSchedule)
    {
        using var daemon = NewDaemon("instant");
        Assert.That(Exchange(daemon, delayMs, sharesSchedule), Is.EqualTo((SentAtNs, SentAtNs)));
    }

    [Test]
    public void AFrameOfAirtimeArrivesWhenItIsOverHoweverSlowTheGuestsAre()
    {
        using var quick = NewDaemon("airtime");
        using var slow = NewDaemon("airtime");

        using var shared = NewDaemon("airtime");
        var (receivedNs, statusNs) = Exchange(quick, delayMs: 0);

        // 1 Mbit/s: 192 us of preamble and 8 us an octet (IEEE 802.11-2020 clause 15.3.2); at most DIFS and 31 slots before it
        const ulong FrameNs = (192 + (8 * 164)) * 1000UL;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(receivedNs, Is.InRange(SentAtNs + FrameNs, SentAtNs + FrameNs + 700_000));
            Assert.That(statusNs, Is.GreaterThanOrEqualTo(receivedNs), "with its ACK");
            Assert.That(Exchange(slow, delayMs: 50), Is.EqualTo((receivedNs, statusNs)), "the same draws, and no time of the host's");
            Assert.That(Exchange(shared, delayMs: 0, sharesSchedule: true), Is.EqualTo((receivedNs, statusNs)), "and by fewer messages");
        }
    }

    [Test]
    public void TwoDescriptorsComeWithTheAnswerToStart()
    {
        using var daemon = NewDaemon("instant");
        using var a = new SimulatedParticipant(daemon.PathOf("time.sock"));
        using var b = new SimulatedParticipant(daemon.PathOf("time.sock"));
        var other = Task.Run(() => b.Start(2));
        Assert.That(a.Start(1), Is.EqualTo(2));
        _ = a.Ask(TimeTravelOperation.Wait);
        Assert.That(other.Result, Is.EqualTo(2));
    }

    [TestCase("ff000000000000000000000000000000", "operation 255")]
    [TestCase("03000000010000000000000000000000", "before START is answered")]
    public void WhoSaysAnythingElseLeavesTheCalendarAndTheOthersGoOn(string octets, string reason)
    {
        using var daemon = NewDaemon("instant");
        using var hostile = new SimulatedParticipant(daemon.PathOf("time.sock"));
        hostile.SendRaw(Convert.FromHexString(octets));
        Deadline.Until(() => hostile.IsClosed && daemon.Log.Count("participant-broken") == 1, "its end, and what the log says");
        Assert.That(daemon.Log.Events.Single(e => e.Event == "participant-broken").Message, Does.Contain(reason));
        Assert.That(Exchange(daemon, delayMs: 0), Is.EqualTo((SentAtNs, SentAtNs)));
    }

    [Test]
    public void AGuestThatDiesWhileItRunsHoldsNobodyUp()
    {
        using var daemon = NewDaemon("instant");
        using var survivor = new SimulatedParticipant(daemon.PathOf("time.sock"));
        using (var dead = new SimulatedParticipant(daemon.PathOf("time.sock")))
        {
            var run = Task.Run(() =>
            {
                _ = survivor.Start(2);
                survivor.Sleep(SentAtNs);
            });
            _ = dead.Start(1);
            dead.SendRaw([3, 0, 0]); // a part of a message
            Assert.That(run.Wait(200), Is.False, "it waits for the one that runs");
            dead.Dispose();
            Assert.That(run.Wait(Deadline.Limit), Is.True);
        }
        Assert.That(survivor.NowNs, Is.EqualTo(SentAtNs));
    }

    [Test]
    public void AKickIsAnsweredWhenItsGuestIsFreeNoMore()
    {
        using var daemon = NewDaemon("instant");
        using var b = new SimulatedParticipant(daemon.PathOf("time.sock")); // connects first, and is started second
        var other = Task.Run(() =>
        {
            Join(b, daemon, "b", id: 2, Address(2));
            b.Sleep(SentAtNs);
        });
        using var guest = new SimulatedParticipant(daemon.PathOf("time.sock"));
        var frontEnd = Join(guest, daemon, "a", id: 1, Address(1));
        guest.Sleep(SentAtNs / 2);

        var kick = Task.Run(() => frontEnd.KickInBand(0));
        Assert.That(kick.Wait(200), Is.False, "it would run on to the time that it was free until");
        guest.AnswerUntil(kick);
        _ = guest.Ask(TimeTravelOperation.Wait);
        Assert.That(other.Wait(Deadline.Limit), Is.True);
    }

    [Test]
    public void AFrontEndWithoutInBandNotificationsIsNotServed()
    {
        using var daemon = NewDaemon("instant");
        using var a = new SimulatedParticipant(daemon.PathOf("time.sock"));
        using var b = new SimulatedParticipant(daemon.PathOf("time.sock"));
        var other = Task.Run(() => b.Start(2));
        _ = a.Start(1);
        var frontEnd = daemon.ConnectFrontEnd("a");
        frontEnd.Send(VhostUserRequest.SetProtocolFeatures, SimulatedFrontEnd.Word((1 << 3) | (1 << 5)));
        Deadline.Until(() => daemon.Log.Count("front-end-broken") == 1, "what the log says");
        Assert.That(daemon.Log.Events.Single(e => e.Event == "front-end-broken").Message, Does.Contain("no in-band notifications"));
        _ = a.Ask(TimeTravelOperation.Wait);
        _ = other.Result;
    }

    [Test]
    public void AProcessThatHasNotJoinedGetsNoMedium()
    {
        using var daemon = NewDaemon("instant");
        using var frontEnd = daemon.ConnectFrontEnd("a");
        Deadline.Until(() => daemon.Log.Count("front-end-refused") == 1, "what the log says");
        Assert.That(daemon.Log.Events.Single(e => e.Event == "front-end-refused").Message, Does.Contain("time-travel=ext:ID:"));
    }

    [Test]
    public void TimeDoesNotRunAwayAfterAGuestThatTookLong()
    {
        using var daemon = NewDaemon("instant", "{virtual: 1}");
        using var a = new SimulatedParticipant(daemon.PathOf("time.sock"));
        using var b = new SimulatedParticipant(daemon.PathOf("time.sock"));
        var other = Task.Run(() => b.Start(2));
        _ = a.Start(1);
        Thread.Sleep(1000); // it works, and its clock stands
        var waiting = Task.Run(() => a.Sleep(500_000_000));
        _ = other.Result;
        var clock = Stopwatch.StartNew();
        _ = b.Ask(TimeTravelOperation.Wait);
        waiting.Wait();
        Assert.That(clock.Elapsed.TotalSeconds, Is.InRange(0.35, 10), "half a second, less the 100 ms that are made up for");
    }

    private static TestDaemon NewDaemon(string timing, string time = "virtual") => new($$"""
        vms: [{name: a, vhostUser: a.sock}, {name: b, vhostUser: b.sock}]
        time: {{time}}
        timeTravel: time.sock
        timing: {{timing}}
        """);

    /// <summary>One guest sends the other a frame.</summary>
    /// <param name="delayMs">Of the host's time, before all that guests do.</param>
    /// <param name="sharesSchedule">Whether guests write what they want to the memory that they share with the daemon.</param>
    /// <returns>When the other gets it, and when the sender gets its status.</returns>
    private static (ulong ReceivedNs, ulong StatusNs) Exchange(TestDaemon daemon, int delayMs, bool sharesSchedule = false)
    {
        byte[] frame = Numbered(Address(2), Address(1), 7, bodyLength: 140);
        using var receiving = new SimulatedParticipant(daemon.PathOf("time.sock"), sharesSchedule);
        using var sending = new SimulatedParticipant(daemon.PathOf("time.sock"), sharesSchedule); // who leaves before the other is waited for
        var receiver = Task.Run(() =>
        {
            var frontEnd = Join(receiving, daemon, "b", id: 2, Address(2));
            while (frontEnd.CountReceived(HwsimCommand.Frame) == 0)
                receiving.Sleep();
            Thread.Sleep(delayMs);
            receiving.Wait();
            return receiving.NowNs;
        });
        var sender = Task.Run(() =>
        {
            var frontEnd = Join(sending, daemon, "a", id: 1, Address(1));
            sending.Sleep(SentAtNs);
            Thread.Sleep(delayMs);
            frontEnd.SendFrame(s_radio, frame, cookie: 1);
            Kick(sending, frontEnd);
            while (frontEnd.CountReceived(HwsimCommand.TxInfoFrame) == 0)
                sending.Sleep();
            Assert.That(frontEnd.Receive(HwsimCommand.TxInfoFrame).IsAcked, Is.True);
            sending.Wait();
            return sending.NowNs;
        });
        Assert.That(Task.WaitAll([sender, receiver], Deadline.Limit), Is.True);
        return (receiver.Result, sender.Result);
    }

    private static SimulatedFrontEnd Join(SimulatedParticipant guest, TestDaemon daemon, string name, ulong id, MacAddress address)
    {
        _ = guest.Start(id);
        var frontEnd = daemon.ConnectFrontEnd(name);
        frontEnd.SetUpInBand(guest.RequestsOfDaemon);
        frontEnd.SendAddress(s_radio, address);
        Kick(guest, frontEnd);
        return frontEnd;
    }

    private static void Kick(SimulatedParticipant guest, SimulatedFrontEnd frontEnd)
    {
        guest.TellTime();
        guest.AnswerUntil(Task.Run(() => frontEnd.KickInBand(0)));
    }
}
