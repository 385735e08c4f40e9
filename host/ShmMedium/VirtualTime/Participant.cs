namespace ShmWifi.ShmMedium.VirtualTime;

/// <summary>One whose clock is the calendar's, as the calendar knows it.</summary>
/// <remarks>Its time begins at 0 when it is started, whenever that is: include/uapi/linux/um_timetravel.h,
/// "make the clients think they start at time zero".</remarks>
/// <param name="send">Sends it a message; must not throw.</param>
/// <param name="schedule">What it may use in place of messages; null: nothing.</param>
internal sealed class Participant(Action<TimeTravelMessage> send, SharedSchedule? schedule)
{
    private const uint OwnSequences = 0x8000_0000; // to be told from its own in a trace

    private uint _sequence = OwnSequences;
    private long _startNs;
    private bool _isHeard;
    private SharedSchedule? _shared; // as soon as it has said that it uses it

    /// <summary>What it does.</summary>
    public ParticipantState State { get; private set; }

    /// <summary>Whether it has a time.</summary>
    public bool IsStarted => State is ParticipantState.Running or ParticipantState.Waiting;

    /// <summary>Its own choice, and its place in the order of those that may run at one time.</summary>
    public ulong Id { get; private set; }

    /// <summary>When it wants to run; <see cref="Calendar.Never"/>: at no time.</summary>
    public long RequestedNs { get; private set; } = Calendar.Never;

    /// <summary>The time when it began to run.</summary>
    public long RanNs { get; private set; }

    /// <summary>Before when it may advance its clock by itself; a time that it does not go beyond before its next turn.</summary>
    public long FreeUntilNs { get; private set; }

    /// <summary>Its clock may be ahead of the calendar's up to this time, as it ran together with others.</summary>
    public long AheadNs { get; set; }

    /// <summary>When it has kicked and is to be looked at; <see cref="Calendar.Never"/>: it has not.</summary>
    public long KickedNs { get; set; } = Calendar.Never;

    /// <summary>Whether it is a guest whose driver has its queues: others are reached by the medium, and nothing else is set up.</summary>
    public bool IsOnMediumAlone { get; set; }

    /// <summary>Front ends of its that have connected.</summary>
    public int FrontEnds { get; set; }

    /// <summary>Whether it has answered all that asks for an answer.</summary>
    public bool HasAnswered { get; private set; } = true;

    /// <summary>Whether it writes what it wants into the schedule: then it does not answer RUN, and its WAIT is not answered.</summary>
    public bool SharesSchedule => _shared is not null;

    /// <summary>Its time as it has written it, which may be anything; null: it tells it by messages.</summary>
    public long? WrittenNs => _shared is { } shared ? ToCalendar(shared.CurrentTime) : null;

    /// <summary>Sequence number of its START.</summary>
    public uint StartSequence { get; private set; }

    /// <summary>It wants to be started.</summary>
    public void AskToStart(ulong id, uint sequence) => (State, Id, StartSequence) = (ParticipantState.Starting, id, sequence);

    /// <summary>It runs from now on.</summary>
    /// <param name="startNs">When its time begins.</param>
    public void Start(long startNs)
    {
        (State, _startNs, RanNs, FreeUntilNs) = (ParticipantState.Running, startNs, startNs, startNs);
        schedule?.SetRunning(now: 0, freeUntil: 0);
        ushort id = schedule is null ? (ushort)0 : SharedSchedule.ParticipantId;
        send(new TimeTravelMessage(TimeTravelOperation.Ack, StartSequence, id));
    }

    /// <summary>It says something for the first time since it was started: it has said by then whether it uses the schedule.</summary>
    public void Hear()
    {
        if (!_isHeard && schedule is { IsUsed: true })
            _shared = schedule;
        _isHeard = true;
    }

    /// <summary>It wants to run at a time, in place of the one before.</summary>
    public void Request(long atNs) => RequestedNs = atNs;

    /// <summary>It stops running.</summary>
    public void Wait()
    {
        State = ParticipantState.Waiting;
        if (_shared is not { } shared)
            return;
        shared.SetWaiting();
        RequestedNs = WrittenRequestNs(shared);
    }

    /// <summary>It has gone.</summary>
    public void Leave() => (State, KickedNs, _shared, IsOnMediumAlone) = (ParticipantState.Connected, Calendar.Never, null, false);

    /// <summary>It is about to be interrupted, while nobody runs.</summary>
    /// <remarks>It is ahead then only if the medium was changed to one without airtime since.</remarks>
    public void BeginInterrupt(long nowNs) => _shared?.SetInterrupted(ToOwn(Math.Max(nowNs, AheadNs)));

    /// <summary>Whether it has kicked and its time has come: then it has kicked no more.</summary>
    public bool TryTakeKick(long nowNs)
    {
        if (KickedNs > nowNs)
            return false;
        KickedNs = Calendar.Never;
        return true;
    }

    /// <summary>It knows when it will run for the interrupt.</summary>
    public void EndInterrupt()
    {
        if (_shared is not { } shared)
            return;
        shared.SetWaiting();
        RequestedNs = Math.Min(RequestedNs, WrittenRequestNs(shared)); // what it asked for by a message meanwhile is in none of its words
    }

    /// <summary>It runs at the time that it asked for.</summary>
    /// <param name="freeUntilNs">Before when it may advance its clock; not after now: not at all.</param>
    /// <param name="isTogether">Whether others do at the same time.</param>
    public void Run(long nowNs, long freeUntilNs, bool isTogether)
    {
        (State, RequestedNs, RanNs) = (ParticipantState.Running, Calendar.Never, nowNs);
        AheadNs = isTogether ? freeUntilNs : nowNs;
        if (_shared is { } shared)
        {
            FreeUntilNs = Math.Max(nowNs, freeUntilNs);
            shared.SetRunning(ToOwn(nowNs), ToOwn(FreeUntilNs));
        }
        else if (freeUntilNs > nowNs)
        {
            Free(freeUntilNs);
        }
        else
        {
            FreeUntilNs = nowNs;
        }
        send(new TimeTravelMessage(TimeTravelOperation.Run, ++_sequence, ToOwn(nowNs)));
    }

    /// <summary>It may advance its clock by itself up to another time than before.</summary>
    public void Free(long untilNs)
    {
        if (_shared is { } shared)
        {
            shared.SetFreeUntil(ToOwn(untilNs)); // read before each step of its clock, which may have gone further
            return;
        }
        (FreeUntilNs, HasAnswered) = (untilNs, false);
        send(new TimeTravelMessage(TimeTravelOperation.FreeUntil, ++_sequence, ToOwn(untilNs)));
    }

    /// <summary>It is told what another says.</summary>
    public void Tell(ulong what) => send(new TimeTravelMessage(TimeTravelOperation.Broadcast, ++_sequence, what));

    /// <summary>Answers a message of its.</summary>
    public void Answer(in TimeTravelMessage message, ulong time = 0) => send(new TimeTravelMessage(TimeTravelOperation.Ack, message.Sequence, time));

    /// <summary>It answers.</summary>
    /// <param name="sequence">Of what.</param>
    /// <exception cref="CalendarException">It was not asked that.</exception>
    public void OnAnswered(uint sequence)
    {
        if (sequence <= OwnSequences || sequence > _sequence)
            throw new CalendarException($"an answer to message {sequence}, which it was not sent");
        HasAnswered |= sequence == _sequence;
    }

    /// <summary>A time of the calendar's as its own.</summary>
    public ulong ToOwn(long ns) => (ulong)Math.Max(0, ns - _startNs);

    /// <summary>A time of its own as the calendar's.</summary>
    public long ToCalendar(ulong own) => own >= (ulong)(Calendar.Never - _startNs) ? Calendar.Never : (long)own + _startNs;

    private long WrittenRequestNs(SharedSchedule shared) => shared.RequestedTime is { } own ? ToCalendar(own) : Calendar.Never;
}

/// <summary>What a participant does.</summary>
internal enum ParticipantState
{
    /// <summary>It is connected, and has said nothing.</summary>
    Connected,

    /// <summary>It waits for the answer to START.</summary>
    Starting,

    /// <summary>Its code runs.</summary>
    Running,

    /// <summary>It waits for its time.</summary>
    Waiting,
}
