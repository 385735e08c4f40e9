using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.VirtualTime;

namespace ShmWifi.Tests.Unit.ShmMedium.VirtualTime;

/// <summary>Who runs, and when; and what participants may not say.</summary>
[TestFixture]
internal sealed class CalendarTests
{
    private readonly List<(string Who, TimeTravelMessage Message)> _sent = [];
    private VirtualClock _clock = null!;
    private Calendar _calendar = null!;

    [SetUp]
    public void SetUp()
    {
        _sent.Clear();
        _clock = new VirtualClock();
        _calendar = new Calendar(_clock, awaited: 2);
    }

    [Test]
    public void AMessageIsThatOfTheKernelsHeader()
    {
        byte[] bytes = new byte[TimeTravelMessage.Size];
        var message = new TimeTravelMessage(TimeTravelOperation.Update, 0x0102_0304, 0x1112_1314_1516_1718);

        message.Write(bytes);

        Assert.That(Convert.ToHexString(bytes), Is.EqualTo("05000000" + "04030201" + "1817161514131211"));
        Assert.That(TimeTravelMessage.Read(bytes), Is.EqualTo(message));
    }

    [Test]
    public void NobodyIsStartedBeforeAllHaveCome()
    {
        Join("b", id: 2);
        Assert.That((_calendar.HasBegun, _calendar.NextNs), Is.EqualTo((false, Calendar.Never)));
        _calendar.RunNext(Calendar.Never);
        Assert.That(_sent, Is.Empty);

        Join("a", id: 1);
        Assert.That((_calendar.HasBegun, _calendar.NextNs), Is.EqualTo((true, 0L)));
    }

    [Test]
    public void TheLowestIdIsStartedFirstAndTheNextWhenItWaits()
    {
        Join("b", id: 2);
        var a = Join("a", id: 1);

        _calendar.RunNext(Calendar.Never);
        Assert.That(_sent.Select(s => (s.Who, s.Message)), Is.EqualTo(new[] { ("a", new TimeTravelMessage(TimeTravelOperation.Ack, 1, 0)) }));
        Assert.That(Running, Is.SameAs(a));

        Say(a, TimeTravelOperation.Wait);
        Assert.That(Running, Is.Null);
        _calendar.RunNext(Calendar.Never);
        Assert.That(_sent[^1].Who, Is.EqualTo("b"));
    }

    [Test]
    public void TheEarliestRunsAndOfOneTimeTheLowestIdWhoeverAskedFirst([Values] bool isTheOtherWayRound)
    {
        var (a, b) = StartTwo();
        foreach (var one in isTheOtherWayRound ? new[] { b, a } : [a, b])
            Say(one, TimeTravelOperation.Request, 500);
        Assert.That(_calendar.NextNs, Is.EqualTo(500));

        _calendar.RunNext(Calendar.Never);
        Assert.That((Running, _clock.NowNs), Is.EqualTo((a, 500L)));
        Say(a, TimeTravelOperation.Request, 400); // is over: so now
        Say(a, TimeTravelOperation.Wait);
        Assert.That(_calendar.NextNs, Is.EqualTo(500));
        _calendar.RunNext(Calendar.Never);
        Assert.That((Running, _clock.NowNs), Is.EqualTo((a, 500L)));
        Say(a, TimeTravelOperation.Wait);
        _calendar.RunNext(Calendar.Never);
        Assert.That((Running, _clock.NowNs), Is.EqualTo((b, 500L)));
    }

    [Test]
    public void WhoeverRunsIsFreeUntilSomethingOfOthersIsDue()
    {
        var (a, b) = StartTwo();
        Say(a, TimeTravelOperation.Request, 100);
        Say(b, TimeTravelOperation.Request, 700);

        _calendar.RunNext(othersNs: 900);
        Assert.That(LastTo("a", TimeTravelOperation.FreeUntil).Time, Is.EqualTo(700));
        Assert.That(_sent[^1].Message.Operation, Is.EqualTo(TimeTravelOperation.Run), "the permission comes before");
        Say(a, TimeTravelOperation.Update, 699);
        Assert.That(_clock.NowNs, Is.EqualTo(699));
        Say(a, TimeTravelOperation.Request, 800);
        Say(a, TimeTravelOperation.Wait);
        _calendar.RunNext(othersNs: 750);
        Assert.That(LastTo("b", TimeTravelOperation.FreeUntil).Time, Is.EqualTo(750), "the medium's");
    }

    [Test]
    public void NobodyIsFreeForEver()
    {
        var (a, _) = StartTwo();
        Say(a, TimeTravelOperation.Request, 100);
        _calendar.RunNext(Calendar.Never);
        Assert.That(LastTo("a", TimeTravelOperation.FreeUntil).Time, Is.EqualTo(100 + Calendar.MostFreeNs));
    }

    [Test]
    public void FreedomEndsWhenSomethingIsDueAndTheAnswerIsAwaited()
    {
        var (a, _) = StartTwo();
        Say(a, TimeTravelOperation.Request, 100);
        _calendar.RunNext(Calendar.Never);
        Say(a, TimeTravelOperation.Update, 160);

        Assert.That(_calendar.Kick(a), Is.True);
        var last = LastTo("a", TimeTravelOperation.FreeUntil);
        Assert.That(last.Time, Is.EqualTo(160));
        Assert.That(a.HasAnswered, Is.False);
        _calendar.Receive(a, new TimeTravelMessage(TimeTravelOperation.Ack, last.Sequence - 1, 0));
        Assert.That(a.HasAnswered, Is.False, "that was RUN's");
        _calendar.Receive(a, new TimeTravelMessage(TimeTravelOperation.Ack, last.Sequence, 0));
        Assert.That(a.HasAnswered, Is.True);
        Assert.That(_calendar.Kick(a), Is.False, "it has none any more");
        Assert.That(() => Say(a, TimeTravelOperation.Update, 161), Throws.InstanceOf<CalendarException>());
    }

    [Test]
    public void TimeOfAParticipantBeginsWhenItIsStarted()
    {
        var (a, b) = StartTwo();
        _clock.AdvanceTo(1000);
        Say(a, TimeTravelOperation.Request, 2000);
        Say(b, TimeTravelOperation.Request, 3000);
        var late = Join("late", id: 0);
        Assert.That(_calendar.NextNs, Is.EqualTo(1000));
        _calendar.RunNext(Calendar.Never);
        Assert.That(Running, Is.SameAs(late));

        Say(late, TimeTravelOperation.Get);
        Assert.That(_sent[^1].Message.Time, Is.Zero);
        Say(late, TimeTravelOperation.GetTimeOfDay);
        Assert.That(_sent[^1].Message.Time, Is.EqualTo((ulong)Calendar.EpochNs + 1000));
        Say(late, TimeTravelOperation.Request, 500);
        Say(late, TimeTravelOperation.Wait);
        _calendar.RunNext(Calendar.Never);
        Assert.That((Running, _clock.NowNs), Is.EqualTo((late, 1500L)));
        Assert.That(LastTo("late", TimeTravelOperation.Run).Time, Is.EqualTo(500));
    }

    [Test]
    public void AnInterruptOfWhoWaitsIsARequestForNow()
    {
        var (a, b) = StartTwo();
        Say(a, TimeTravelOperation.Request, 5000);
        _clock.AdvanceTo(40);
        Say(b, TimeTravelOperation.Get);
        Say(b, TimeTravelOperation.Request, _sent[^1].Message.Time);
        _calendar.RunNext(Calendar.Never);
        Assert.That((Running, _clock.NowNs), Is.EqualTo((b, 40L)));
    }

    [Test]
    public void WhoWantsToSleepForEverIsNotRun()
    {
        var (a, b) = StartTwo();
        Say(a, TimeTravelOperation.Request, long.MaxValue); // S64_MAX: arch/um/kernel/time.c, time_travel_sleep
        Say(b, TimeTravelOperation.Request, ulong.MaxValue);
        Assert.That(_calendar.NextNs, Is.EqualTo(Calendar.Never));
    }

    [Test]
    public void WhoSharesTheScheduleReadsItsTurnThere()
    {
        using var kernel = new KernelOfSchedule();
        var (a, b) = StartTwo(kernel);
        Assert.That(_sent[0], Is.EqualTo(("a", new TimeTravelMessage(TimeTravelOperation.Ack, 1, SharedSchedule.ParticipantId))), "START's");
        Assert.That(_sent.Count(s => s.Who == "a"), Is.EqualTo(1), "WAIT has no answer");
        Say(b, TimeTravelOperation.Request, 700);
        kernel.Request(100); // while nobody runs: by a message in a kernel
        Assert.That(_calendar.NextNs, Is.EqualTo(700), "not looked at");
        Say(a, TimeTravelOperation.Request, 100);

        _calendar.RunNext(othersNs: 900);
        Assert.That(_sent[^1], Is.EqualTo(("a", new TimeTravelMessage(TimeTravelOperation.Run, _sent[^1].Message.Sequence, 100))));
        Assert.That(_sent.Count(s => s.Message.Operation == TimeTravelOperation.FreeUntil), Is.Zero);
        Assert.That((kernel.CurrentTime, kernel.FreeUntil, kernel.RequestsHere), Is.EqualTo((100UL, 700UL, true)));

        kernel.CurrentTime = 160;
        _ = _calendar.Kick(a);
        Assert.That(a.HasAnswered, Is.True, "nobody is waited for");
        Assert.That((_calendar.NextKickNs, kernel.FreeUntil), Is.EqualTo((160L, 160UL)));
        kernel.Request(500);
        Say(a, TimeTravelOperation.Wait);
        Assert.That((_calendar.NextNs, kernel.RequestsHere), Is.EqualTo((500L, false)));
    }

    [Test]
    public void WhoSharesTheScheduleIsInterruptedAtTheTimeThatItReadsThere()
    {
        using var kernel = new KernelOfSchedule();
        var (a, _) = StartTwo(kernel);
        _clock.AdvanceTo(40);
        a.BeginInterrupt(_clock.NowNs);
        Assert.That((kernel.CurrentTime, kernel.RequestsHere), Is.EqualTo((40UL, true)));
        kernel.Request(40);
        a.EndInterrupt();
        Assert.That((_calendar.NextNs, kernel.RequestsHere), Is.EqualTo((40L, false)));
    }

    [Test]
    public void WhoIsReachedByTheOneThatRunsHasItsTimeAndEndsItsFreedom()
    {
        using var kernel = new KernelOfSchedule();
        var (a, b) = StartTwo(kernel);
        Say(a, TimeTravelOperation.Request, 100);
        Say(b, TimeTravelOperation.Request, 700);
        _calendar.RunNext(Calendar.Never);
        kernel.CurrentTime = 160;
        Say(b, TimeTravelOperation.Get);
        Assert.That(_sent[^1].Message.Time, Is.EqualTo(160));
        Say(b, TimeTravelOperation.Request, 170);
        Assert.That(kernel.FreeUntil, Is.EqualTo(170));
    }

    [Test]
    public void AnInterruptDoesNotPutOffWhatAMessageAskedFor()
    {
        using var kernel = new KernelOfSchedule();
        var (a, _) = StartTwo(kernel);
        Say(a, TimeTravelOperation.Request, 30);
        kernel.Request(50);
        a.BeginInterrupt(0);
        a.EndInterrupt();
        Assert.That(_calendar.NextNs, Is.EqualTo(30));
    }

    [TestCase(99UL, Description = "before now")]
    [TestCase(701UL, Description = "later than it may run to")]
    [TestCase(ulong.MaxValue)]
    public void AWrittenTimeThatIsAgainstTheRulesIsRefused(ulong written)
    {
        using var kernel = new KernelOfSchedule();
        var (a, b) = StartTwo(kernel);
        Say(a, TimeTravelOperation.Request, 100);
        Say(b, TimeTravelOperation.Request, 700);
        _calendar.RunNext(Calendar.Never);
        kernel.CurrentTime = written;
        Assert.That(() => _calendar.Kick(a), Throws.InstanceOf<CalendarException>());
        Assert.That(_clock.NowNs, Is.EqualTo(100));
    }

    [Test]
    public void WhoSaysThatItSharesTheScheduleAfterItsFirstMessageGoesOnByMessages()
    {
        using var kernel = new KernelOfSchedule(isUsed: false);
        var (a, _) = StartTwo(kernel);
        kernel.Use();
        Say(a, TimeTravelOperation.Request, 100);
        _calendar.RunNext(Calendar.Never);
        Assert.That(LastTo("a", TimeTravelOperation.FreeUntil).Time, Is.EqualTo(100 + Calendar.MostFreeNs));
        Say(a, TimeTravelOperation.Wait);
        Assert.That(_sent[^1].Message.Operation, Is.EqualTo(TimeTravelOperation.Ack));
    }

    [Test]
    public void ThoseThatShareTheirSchedulesRunTogetherUntilOneCouldReachAnother()
    {
        using var kernelOfA = new KernelOfSchedule();
        using var kernelOfB = new KernelOfSchedule();
        var (a, b) = StartTwo(kernelOfA, kernelOfB);
        Say(a, TimeTravelOperation.Request, 105);
        Say(b, TimeTravelOperation.Request, 100);

        _calendar.RunNext(othersNs: 900, lookaheadNs: 20);
        Assert.That(_calendar.Running, Is.EquivalentTo([a, b]));
        Assert.That((LastTo("a", TimeTravelOperation.Run).Time, kernelOfA.FreeUntil), Is.EqualTo((105UL, 120UL)));
        Assert.That((LastTo("b", TimeTravelOperation.Run).Time, kernelOfB.FreeUntil), Is.EqualTo((100UL, 120UL)));

        kernelOfA.CurrentTime = 112;
        _ = _calendar.Kick(a);
        Assert.That((kernelOfA.FreeUntil, kernelOfB.FreeUntil), Is.EqualTo((112UL, 120UL)), "who has kicked stops, and nobody else");
        kernelOfB.CurrentTime = 108;
        _ = _calendar.Kick(b);
        kernelOfA.Request(115);
        kernelOfB.Request(109);
        Say(a, TimeTravelOperation.Wait);
        Assert.That(_calendar.Running, Is.EqualTo([b]));
        Say(b, TimeTravelOperation.Wait);

        Assert.That((_clock.NowNs, _calendar.NextKickNs), Is.EqualTo((100L, 108L)), "the first in time");
        Assert.That((a.TryTakeKick(108), b.TryTakeKick(108)), Is.EqualTo((false, true)));
        _clock.AdvanceTo(108);
        _calendar.RunNext(othersNs: 900, lookaheadNs: 20);
        Assert.That((Running, kernelOfB.FreeUntil), Is.EqualTo((b, 112UL)), "up to what the other has sent");
    }

    [TestCase(0, 900, true, Description = "no lookahead")]
    [TestCase(20, 105, true, Description = "the medium does something before")]
    [TestCase(20, 900, false, Description = "one is being set up, or reaches others in ways of its own")]
    public void NobodyRunsTogetherWithAnother(long lookaheadNs, long othersNs, bool areOnMediumAlone)
    {
        using var kernelOfA = new KernelOfSchedule();
        using var kernelOfB = new KernelOfSchedule();
        var (a, b) = StartTwo(kernelOfA, kernelOfB);
        Say(a, TimeTravelOperation.Request, 100);
        Say(b, TimeTravelOperation.Request, 105);
        b.IsOnMediumAlone = areOnMediumAlone;
        _calendar.RunNext(othersNs, lookaheadNs);
        Assert.That((Running, kernelOfA.FreeUntil), Is.EqualTo((a, 105UL)));
    }

    [Test]
    public void WhoDoesNotShareItsScheduleRunsAlone([Values] bool isFirst)
    {
        using var kernel = new KernelOfSchedule();
        var (a, b) = StartTwo(kernel);
        Say(a, TimeTravelOperation.Request, isFirst ? 105UL : 100);
        Say(b, TimeTravelOperation.Request, isFirst ? 100UL : 105);
        _calendar.RunNext(othersNs: 900, lookaheadNs: 20);
        Assert.That(Running, Is.SameAs(isFirst ? b : a));
        Assert.That(isFirst ? LastTo("b", TimeTravelOperation.FreeUntil).Time : kernel.FreeUntil, Is.EqualTo(105));
    }

    [Test]
    public void ABroadcastGoesToAllOthers()
    {
        var (a, _) = StartTwo();
        Say(a, TimeTravelOperation.Broadcast, 0x77);
        Assert.That(LastTo("b", TimeTravelOperation.Broadcast).Time, Is.EqualTo(0x77));
        Assert.That(_sent[^1], Is.EqualTo(("a", new TimeTravelMessage(TimeTravelOperation.Ack, 1, 0))));
    }

    [Test]
    public void OneThatGoesWhileItRunsLetsTheOthersRun()
    {
        var (a, b) = StartTwo();
        Say(a, TimeTravelOperation.Request, 10);
        Say(b, TimeTravelOperation.Request, 20);
        _calendar.RunNext(Calendar.Never);
        _calendar.Remove(a);
        Assert.That((Running, _calendar.NextNs), Is.EqualTo(((Participant?)null, 20L)));
        _calendar.RunNext(Calendar.Never);
        Assert.That(Running, Is.SameAs(b));
    }

    [TestCase(TimeTravelOperation.Start, 0UL, "once more")]
    [TestCase(TimeTravelOperation.Run, 0UL, "not its to say")]
    [TestCase(TimeTravelOperation.FreeUntil, 0UL, "not its to say")]
    [TestCase((TimeTravelOperation)77, 0UL, "operation 77")]
    [TestCase(TimeTravelOperation.Wait, 0UL, "not its to say", Description = "it does not run")]
    [TestCase(TimeTravelOperation.Update, 31UL, "may go on to 30", Description = "it does not run")]
    [TestCase(TimeTravelOperation.Update, 29UL, "while it is 30")]
    [TestCase(TimeTravelOperation.Ack, 1UL, "which it was not sent")]
    public void WhatIsAgainstTheRulesIsRefused(TimeTravelOperation operation, ulong time, string reason)
    {
        var (a, _) = StartTwo();
        _clock.AdvanceTo(30);
        Assert.That(() => Say(a, operation, time), Throws.InstanceOf<CalendarException>().With.Message.Contains(reason));
        Assert.That(_clock.NowNs, Is.EqualTo(30));
    }

    [Test]
    public void NothingIsSaidBeforeStartIsAnswered([Values(false, true)] bool hasAsked)
    {
        var one = _calendar.Add(_ => { });
        if (hasAsked)
            Say(one, TimeTravelOperation.Start);
        Assert.That(() => Say(one, TimeTravelOperation.Request, 1), Throws.InstanceOf<CalendarException>());
    }

    [Test]
    public void AnythingThatIsSentIsRefusedOrTakenAndTimeNeverGoesBack([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        using var one = new KernelOfSchedule();
        using var other = new KernelOfSchedule();
        KernelOfSchedule[] kernels = [one, other];
        int count = seed % 2 == 0 ? 2 : 4;
        var all = Enumerable.Range(0, count).Select(i => Join($"{i}", (ulong)random.Next(3), i < 2 ? kernels[i].Schedule : null)).ToList();
        all.ForEach(p => p.IsOnMediumAlone = true);
        int taken = 0;
        long before = 0;
        for (int i = 0; i < 5000; i++)
        {
            if (_calendar.Running.Count == 0)
                _calendar.RunNext(random.Next(4) == 0 ? _clock.NowNs : Calendar.Never, lookaheadNs: random.Next(2) * 500);
            long time = random.Next(3) switch { 0 => random.NextInt64(), 1 => _clock.NowNs, _ => _clock.NowNs + random.Next(1000) };
            var operation = (TimeTravelOperation)random.Next(11);
            try
            {
                var from = all[random.Next(all.Count)];
                if (random.Next(8) == 0)
                    _ = _calendar.Kick(from);
                kernels[random.Next(2)].CurrentTime = (ulong)time;
                kernels[random.Next(2)].Request((ulong)time);
                _calendar.Receive(from, new TimeTravelMessage(operation, (uint)random.Next(4), (ulong)time));
                taken++;
            }
            catch (CalendarException)
            {
                // Its end, in a daemon.
            }
            Assert.That(_clock.NowNs, Is.GreaterThanOrEqualTo(before));
            Assert.That(all.Where(p => p.State == ParticipantState.Running), Is.EquivalentTo(_calendar.Running));
            Assert.That(_calendar.Running.Count(p => !p.SharesSchedule), Is.LessThanOrEqualTo(_calendar.Running.Count == 1 ? 1 : 0));
            before = _clock.NowNs;
        }
        Assert.That(taken, Is.GreaterThan(500));
    }

    private Participant? Running => _calendar.Running.SingleOrDefault();

    private Participant Join(string who, ulong id, SharedSchedule? schedule = null)
    {
        var one = _calendar.Add(message => _sent.Add((who, message)), schedule);
        Say(one, TimeTravelOperation.Start, id);
        return one;
    }

    /// <summary>Two that wait, at 0.</summary>
    /// <param name="kernelOfA">Null: it has no schedule.</param>
    /// <param name="kernelOfB">Likewise.</param>
    private (Participant A, Participant B) StartTwo(KernelOfSchedule? kernelOfA = null, KernelOfSchedule? kernelOfB = null)
    {
        var (a, b) = (Join("a", id: 1, kernelOfA?.Schedule), Join("b", id: 2, kernelOfB?.Schedule));
        foreach (var one in new[] { a, b })
        {
            _calendar.RunNext(Calendar.Never);
            Say(one, TimeTravelOperation.Wait);
            one.IsOnMediumAlone = true;
        }
        return (a, b);
    }

    private void Say(Participant who, TimeTravelOperation operation, ulong time = 0) =>
        _calendar.Receive(who, new TimeTravelMessage(operation, 1, time));

    private TimeTravelMessage LastTo(string who, TimeTravelOperation operation) =>
        _sent.Last(s => s.Who == who && s.Message.Operation == operation).Message;
}
