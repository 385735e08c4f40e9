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
        Assert.That(_calendar.Running, Is.SameAs(a));

        Say(a, TimeTravelOperation.Wait);
        Assert.That(_calendar.Running, Is.Null);
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
        Assert.That((_calendar.Running, _clock.NowNs), Is.EqualTo((a, 500L)));
        Say(a, TimeTravelOperation.Request, 400); // is over: so now
        Say(a, TimeTravelOperation.Wait);
        Assert.That(_calendar.NextNs, Is.EqualTo(500));
        _calendar.RunNext(Calendar.Never);
        Assert.That((_calendar.Running, _clock.NowNs), Is.EqualTo((a, 500L)));
        Say(a, TimeTravelOperation.Wait);
        _calendar.RunNext(Calendar.Never);
        Assert.That((_calendar.Running, _clock.NowNs), Is.EqualTo((b, 500L)));
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

        Assert.That(_calendar.EndFreedom(), Is.SameAs(a));
        var last = LastTo("a", TimeTravelOperation.FreeUntil);
        Assert.That(last.Time, Is.EqualTo(160));
        Assert.That(a.HasAnswered, Is.False);
        _calendar.Receive(a, new TimeTravelMessage(TimeTravelOperation.Ack, last.Sequence - 1, 0));
        Assert.That(a.HasAnswered, Is.False, "that was RUN's");
        _calendar.Receive(a, new TimeTravelMessage(TimeTravelOperation.Ack, last.Sequence, 0));
        Assert.That(a.HasAnswered, Is.True);
        Assert.That(_calendar.EndFreedom(), Is.Null, "it has none any more");
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
        Assert.That(_calendar.Running, Is.SameAs(late));

        Say(late, TimeTravelOperation.Get);
        Assert.That(_sent[^1].Message.Time, Is.Zero);
        Say(late, TimeTravelOperation.GetTimeOfDay);
        Assert.That(_sent[^1].Message.Time, Is.EqualTo((ulong)Calendar.EpochNs + 1000));
        Say(late, TimeTravelOperation.Request, 500);
        Say(late, TimeTravelOperation.Wait);
        _calendar.RunNext(Calendar.Never);
        Assert.That((_calendar.Running, _clock.NowNs), Is.EqualTo((late, 1500L)));
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
        Assert.That((_calendar.Running, _clock.NowNs), Is.EqualTo((b, 40L)));
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
        Assert.That(_calendar.EndFreedom()?.HasAnswered, Is.Not.EqualTo(false), "nobody is waited for");
        Assert.That((_clock.NowNs, kernel.FreeUntil), Is.EqualTo((160L, 160UL)));
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
        Assert.That(() => _calendar.EndFreedom(), Throws.InstanceOf<CalendarException>());
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
        Assert.That((_calendar.Running, _calendar.NextNs), Is.EqualTo(((Participant?)null, 20L)));
        _calendar.RunNext(Calendar.Never);
        Assert.That(_calendar.Running, Is.SameAs(b));
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
        var all = Enumerable.Range(0, 4).Select(i => Join($"{i}", (ulong)random.Next(3))).ToList();
        int taken = 0;
        long before = 0;
        for (int i = 0; i < 5000; i++)
        {
            if (_calendar.Running is null)
                _calendar.RunNext(random.Next(4) == 0 ? _clock.NowNs : Calendar.Never);
            long time = random.Next(3) switch { 0 => random.NextInt64(), 1 => _clock.NowNs, _ => _clock.NowNs + random.Next(1000) };
            var operation = (TimeTravelOperation)random.Next(11);
            try
            {
                _calendar.Receive(all[random.Next(all.Count)], new TimeTravelMessage(operation, (uint)random.Next(4), (ulong)time));
                taken++;
            }
            catch (CalendarException)
            {
                // Its end, in a daemon.
            }
            Assert.That(_clock.NowNs, Is.GreaterThanOrEqualTo(before));
            Assert.That(all.Count(p => p.State == ParticipantState.Running), Is.LessThanOrEqualTo(1));
            before = _clock.NowNs;
        }
        Assert.That(taken, Is.GreaterThan(500));
    }

    private Participant Join(string who, ulong id, SharedSchedule? schedule = null)
    {
        var one = _calendar.Add(message => _sent.Add((who, message)), schedule);
        Say(one, TimeTravelOperation.Start, id);
        return one;
    }

    /// <summary>Two that wait, at 0.</summary>
    /// <param name="kernel">Of the first; null: it has no schedule.</param>
    private (Participant A, Participant B) StartTwo(KernelOfSchedule? kernel = null)
    {
        var (a, b) = (Join("a", id: 1, kernel?.Schedule), Join("b", id: 2));
        foreach (var one in new[] { a, b })
        {
            _calendar.RunNext(Calendar.Never);
            Say(one, TimeTravelOperation.Wait);
        }
        return (a, b);
    }

    private void Say(Participant who, TimeTravelOperation operation, ulong time = 0) =>
        _calendar.Receive(who, new TimeTravelMessage(operation, 1, time));

    private TimeTravelMessage LastTo(string who, TimeTravelOperation operation) =>
        _sent.Last(s => s.Who == who && s.Message.Operation == operation).Message;
}
