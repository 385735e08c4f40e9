using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.VirtualTime;

/// <summary>Whose turn it is: participants say when they want to run, and the clock stands still while any does.</summary>
/// <remarks>
/// <para>Who runs next: who waits to be started, the lowest ID first; then the earliest time, of those of one time the lowest ID, of those the one
/// that came first. So the order does not depend on how long anybody takes.</para>
/// <para>Where all reach each other by the medium alone, those run together of which none can reach another meanwhile: from the time that each asked
/// for to before the time when what the first one does would reach the others. What they send waits for its time, and is looked at in the order of
/// times.</para>
/// Source: linux include/uapi/linux/um_timetravel.h; arch/um/kernel/time.c is a participant.
/// </remarks>
/// <param name="awaited">No time passes before so many want to be started.</param>
internal sealed class Calendar(VirtualClock clock, int awaited)
{
    /// <summary>A time that does not come.</summary>
    public const long Never = long.MaxValue;

    /// <summary>The time of day at 0: 2026-01-01T00:00:00Z, ns since 1970.</summary>
    public const long EpochNs = 1_767_225_600_000_000_000;

    /// <summary>A participant advances its clock by itself for so long at most: others may come, and the medium may be changed.</summary>
    public const long MostFreeNs = 10_000_000;

    private readonly List<Participant> _participants = []; // in the order in which they came
    private readonly List<Participant> _running = [];

    /// <summary>Whether all who are awaited have come: time passes from then on.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Who runs.</summary>
    public IReadOnlyList<Participant> Running => _running;

    /// <summary>How many want to be started, or were.</summary>
    public int Count => _participants.Count(p => p.State != ParticipantState.Connected);

    /// <summary>When somebody is to run, while nobody does; <see cref="Never"/>: nobody wants to.</summary>
    public long NextNs
    {
        get
        {
            long next = Never;
            foreach (var one in _participants)
                next = Math.Min(next, HasBegun ? DueOf(one) : Never);
            return next == Never ? Never : Math.Max(next, clock.NowNs);
        }
    }

    /// <summary>The time of the first kick that waits for it; <see cref="Never"/>: none does.</summary>
    public long NextKickNs
    {
        get
        {
            long next = Never;
            foreach (var one in _participants)
                next = Math.Min(next, one.KickedNs);
            return next;
        }
    }

    /// <summary>One more has connected.</summary>
    /// <param name="send">Sends it a message; must not throw.</param>
    /// <param name="schedule">What it may use in place of messages; null: nothing.</param>
    public Participant Add(Action<TimeTravelMessage> send, SharedSchedule? schedule = null)
    {
        _participants.Add(new Participant(send, schedule));
        return _participants[^1];
    }

    /// <summary>One has gone.</summary>
    public void Remove(Participant participant)
    {
        _ = _participants.Remove(participant);
        _ = _running.Remove(participant);
        participant.Leave();
    }

    /// <summary>Takes a message.</summary>
    /// <exception cref="CalendarException">It is against the rules.</exception>
    public void Receive(Participant from, in TimeTravelMessage message)
    {
        if (message.Operation == TimeTravelOperation.Ack)
        {
            from.OnAnswered(message.Sequence);
            return;
        }
        if (from.IsStarted == (message.Operation == TimeTravelOperation.Start) || from.State == ParticipantState.Starting)
            throw new CalendarException($"operation {(uint)message.Operation} {(from.IsStarted ? "(START) once more" : "before START is answered")}");
        if (from.IsStarted)
            from.Hear();
        switch (message.Operation)
        {
            case TimeTravelOperation.Start:
                from.AskToStart(message.Time, message.Sequence);
                HasBegun |= Count >= awaited;
                return; // answered when it is its turn
            case TimeTravelOperation.Request:
                AdvanceToWritten();
                from.Request(from.ToCalendar(message.Time));
                EndFreedomBefore(from.RequestedNs);
                from.Answer(in message);
                return;
            case TimeTravelOperation.Wait when _running.Remove(from):
                from.Wait();
                if (!from.SharesSchedule)
                    from.Answer(in message);
                return;
            case TimeTravelOperation.Get:
                AdvanceToWritten();
                from.Answer(in message, from.ToOwn(clock.NowNs));
                return;
            case TimeTravelOperation.Update:
                Update(from, from.ToCalendar(message.Time));
                from.Answer(in message);
                return;
            case TimeTravelOperation.GetTimeOfDay:
                from.Answer(in message, (ulong)(EpochNs + clock.NowNs));
                return;
            case TimeTravelOperation.Broadcast:
                foreach (var other in _participants.Where(p => p != from && p.IsStarted))
                    other.Tell(message.Time);
                from.Answer(in message);
                return;
            default:
                throw new CalendarException($"operation {(uint)message.Operation}, which is not its to say now");
        }
    }

    /// <summary>Lets the next one run, and who can run together with it; nobody runs, and somebody wants to.</summary>
    /// <param name="othersNs">When something is due that is no participant's.</param>
    /// <param name="lookaheadNs">For so long nothing that one does reaches another.</param>
    public void RunNext(long othersNs, long lookaheadNs = 0)
    {
        if (Next() is not { } next)
            return;
        if (next.State == ParticipantState.Starting)
        {
            _running.Add(next);
            next.Start(clock.NowNs);
            return;
        }
        clock.AdvanceTo(next.RequestedNs);
        othersNs = Math.Min(othersNs, NextKickNs);
        long togetherNs = TogetherUntil(othersNs, lookaheadNs), aloneNs = Math.Min(clock.NowNs + MostFreeNs, othersNs);
        foreach (var one in _participants)
        {
            if (one == next || DueOf(one) < togetherNs)
                _running.Add(one);
            else
                aloneNs = Math.Min(aloneNs, DueOf(one));
        }
        long untilNs = _running.Count == 1 ? aloneNs : togetherNs;
        foreach (var one in _running)
            one.Run(Math.Max(clock.NowNs, one.RequestedNs), untilNs, _running.Count != 1);
    }

    /// <summary>One that runs has kicked, and waits for the answer: it advances its clock no more, and is looked at when its time has come.</summary>
    /// <returns>Whether it is to be waited for until it <see cref="Participant.HasAnswered"/>.</returns>
    /// <exception cref="CalendarException">Its time, as it has written it, is against the rules.</exception>
    public bool Kick(Participant from)
    {
        if (from.State != ParticipantState.Running)
        {
            from.KickedNs = clock.NowNs;
            return false;
        }
        long ns = from.WrittenNs ?? clock.NowNs;
        if (ns < from.RanNs || ns > from.FreeUntilNs)
            throw Against(ns, from.RanNs, from.FreeUntilNs);
        from.KickedNs = from.AheadNs = ns;
        if (from.FreeUntilNs == ns)
            return false;
        from.Free(ns);
        return true;
    }

    /// <summary>Another than the one that runs asks, since that has reached it: it is the time of that.</summary>
    private void AdvanceToWritten()
    {
        if (_running is [{ WrittenNs: { } ns } only] && ns >= only.RanNs && ns <= only.FreeUntilNs)
            clock.AdvanceTo(ns);
    }

    /// <summary>Something else is due, of which nobody knew: those that read their freedom in memory go on to that.</summary>
    private void EndFreedomBefore(long ns)
    {
        foreach (var one in _running)
        {
            if (one.SharesSchedule && ns < one.FreeUntilNs)
                one.Free(Math.Max(clock.NowNs, ns));
        }
    }

    private void Update(Participant from, long ns)
    {
        long mostNs = from.State == ParticipantState.Running && !from.SharesSchedule ? Math.Max(clock.NowNs, from.FreeUntilNs) : clock.NowNs;
        if (ns < clock.NowNs || ns > mostNs)
            throw Against(ns, clock.NowNs, mostNs);
        clock.AdvanceTo(ns);
    }

    private static CalendarException Against(long ns, long nowNs, long mostNs) =>
        new($"a time of {ns} ns, while it is {nowNs} ns and it may go on to {mostNs} ns");

    /// <summary>Until when all may run together that are due before; before now: the next one runs alone.</summary>
    private long TogetherUntil(long othersNs, long lookaheadNs)
    {
        const long Alone = -1;
        if (lookaheadNs == 0 || !_participants.TrueForAll(p => p.SharesSchedule && p.IsOnMediumAlone))
            return Alone;
        long untilNs = Math.Min(clock.NowNs + lookaheadNs, othersNs);
        return untilNs > clock.NowNs ? untilNs : Alone;
    }

    private Participant? Next()
    {
        if (!HasBegun)
            return null;
        Participant? next = null;
        foreach (var one in _participants)
        {
            if (DueOf(one) != Never && (next is null || (DueOf(one), one.Id).CompareTo((DueOf(next), next.Id)) < 0))
                next = one;
        }
        return next;
    }

    /// <summary>Who waits to be started goes before all that wait for a time.</summary>
    private static long DueOf(Participant one) => one.State switch
    {
        ParticipantState.Starting => -1,
        ParticipantState.Waiting => one.RequestedNs,
        _ => Never,
    };
}
