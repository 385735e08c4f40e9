using ShmWifi.ShmMedium.Medium.Links;

namespace ShmWifi.ShmMedium.VirtualTime;

/// <summary>Whose turn it is: participants say when they want to run, one runs at a time, and the clock stands still meanwhile.</summary>
/// <remarks>
/// Who runs next: who waits to be started, the lowest ID first; then the earliest time, of those of one time the lowest ID, of those the one that
/// came first. So the order does not depend on how long anybody takes.
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

    /// <summary>Whether all who are awaited have come: time passes from then on.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Who runs; null: nobody does.</summary>
    public Participant? Running { get; private set; }

    /// <summary>How many want to be started, or were.</summary>
    public int Count => _participants.Count(p => p.State != ParticipantState.Connected);

    /// <summary>When somebody is to run, while nobody does; <see cref="Never"/>: nobody wants to.</summary>
    public long NextNs => NextOf(but: null);

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
        if (Running == participant)
            Running = null;
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
        bool isStarted = from.State is ParticipantState.Running or ParticipantState.Waiting;
        if (isStarted == (message.Operation == TimeTravelOperation.Start) || from.State == ParticipantState.Starting)
            throw new CalendarException($"operation {(uint)message.Operation} {(isStarted ? "(START) once more" : "before START is answered")}");
        if (isStarted)
            from.Hear();
        switch (message.Operation)
        {
            case TimeTravelOperation.Start:
                from.AskToStart(message.Time, message.Sequence);
                HasBegun |= Count >= awaited;
                return; // answered when it is its turn
            case TimeTravelOperation.Request:
                from.Request(from.ToCalendar(message.Time));
                from.Answer(in message);
                return;
            case TimeTravelOperation.Wait when from == Running:
                from.Wait();
                Running = null;
                if (!from.SharesSchedule)
                    from.Answer(in message);
                return;
            case TimeTravelOperation.Get:
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
                foreach (var other in _participants.Where(p => p != from && p.State is ParticipantState.Running or ParticipantState.Waiting))
                    other.Tell(message.Time);
                from.Answer(in message);
                return;
            default:
                throw new CalendarException($"operation {(uint)message.Operation}, which is not its to say now");
        }
    }

    /// <summary>Lets the next one run; nobody runs, and somebody wants to.</summary>
    /// <param name="othersNs">When something is due that is no participant's.</param>
    public void RunNext(long othersNs)
    {
        if (Next() is not { } next)
            return;
        Running = next;
        if (next.State == ParticipantState.Starting)
        {
            next.Start(clock.NowNs);
            return;
        }
        clock.AdvanceTo(next.RequestedNs);
        next.Run(clock.NowNs, Math.Min(clock.NowNs + MostFreeNs, Math.Min(othersNs, NextOf(but: next))));
    }

    /// <summary>Something is due now: the one that runs advances its clock no more.</summary>
    /// <returns>Whom to wait for until it <see cref="Participant.HasAnswered"/>; null: nobody.</returns>
    /// <exception cref="CalendarException">Its time, as it has written it, is against the rules.</exception>
    public Participant? EndFreedom()
    {
        if (Running is not { } running)
            return null;
        if (running.WrittenNs is { } ns)
            Update(running, ns);
        if (running.FreeUntilNs <= clock.NowNs)
            return null;
        running.Free(clock.NowNs);
        return running;
    }

    private void Update(Participant from, long ns)
    {
        long mostNs = from == Running ? Math.Max(clock.NowNs, from.FreeUntilNs) : clock.NowNs;
        if (ns < clock.NowNs || ns > mostNs)
            throw new CalendarException($"a time of {ns} ns, while it is {clock.NowNs} ns and it may go on to {mostNs} ns");
        clock.AdvanceTo(ns);
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

    private long NextOf(Participant? but)
    {
        long next = Never;
        foreach (var one in _participants)
        {
            if (one != but && HasBegun)
                next = Math.Min(next, Math.Max(DueOf(one), clock.NowNs));
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
