using ShmWifi.Configuration.Medium;
using ShmWifi.Linux;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Ports.Sockets;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace ShmWifi.ShmMedium.VirtualTime;

/// <summary>The calendar's socket, its participants' connections, and where the engine's thread waits in virtual time. All on that thread.</summary>
internal sealed unsafe class CalendarServer : IDisposable
{
    private const ulong Newcomer = ulong.MaxValue, Command = ulong.MaxValue - 1; // in place of a descriptor
    private const int MaxEvents = 16;
    private const int MaxParticipants = 2 * MediumLimits.Vms; // those of the VMs, and other programs'
    private const int ManyTurns = 1_000_000; // at one time: TCP without airtime does that, and never ends
    private const long MadeUpNs = 100_000_000; // by the host's clock: more than a round of guests takes, and nothing that people notice
    private static readonly TimeSpan s_answerLimit = TimeSpan.FromSeconds(10); // a guest that answers an interrupt does nothing else

    private readonly ListeningSocket _socket;
    private readonly double? _factor;
    private readonly ICalendarLog _log;
    private readonly Calendar _calendar;
    private readonly Epoll _epoll = new();
    private readonly Dictionary<int, CalendarConnection> _connections = [];
    private readonly List<(int Pid, long UntilNs)> _ending = []; // CLOCK_MONOTONIC
    private long _paceStartNs; // CLOCK_MONOTONIC, when time began
    private long _turnsNs;
    private int _turns;
    private bool _isStoppedTold;
    private bool _isLossCounted;

    /// <summary>One whose socket listens; nobody is taken on yet.</summary>
    /// <param name="socket">Owned from now on.</param>
    /// <param name="awaited">No time passes before so many participants have come.</param>
    /// <param name="factor">Virtual time a host's time at most; null: as fast as events allow.</param>
    public CalendarServer(ListeningSocket socket, int awaited, double? factor, ICalendarLog log)
    {
        (_socket, _factor, _log) = (socket, factor, log);
        _calendar = new Calendar(Clock, awaited);
        _epoll.Add(socket.Descriptor, EPOLLIN, Newcomer);
    }

    /// <summary>The clock of all.</summary>
    public VirtualClock Clock { get; } = new();

    /// <summary>Whether a participant's code runs, so that nothing else may happen.</summary>
    public bool IsAnyRunning => _calendar.Running.Count != 0;

    /// <summary>Whether a process that has left the calendar ends, and has still something else open here: its end is one event for all.</summary>
    /// <param name="isOpen">Whether a process has.</param>
    public bool IsAnyEnding(Predicate<int> isOpen)
    {
        if (_ending.Count != 0)
            _ = _ending.RemoveAll(e => !isOpen(e.Pid) || MonotonicClock.NowNs > e.UntilNs);
        return _ending.Count != 0;
    }

    /// <summary>Whose a front end is that has connected: its process's; if that has joined more than once, that with the fewest front ends.</summary>
    /// <returns>Null: its process has not been started; one that waits for that has no driver yet.</returns>
    public Participant? FindFor(int frontEndPid)
    {
        var found = _connections.Values
            .Where(c => c.Pid == frontEndPid && c.Participant.IsStarted)
            .MinBy(c => c.Participant.FrontEnds)?.Participant;
        if (found is not null)
            found.FrontEnds++;
        return found;
    }

    /// <summary>Where participants join.</summary>
    public string Path => _socket.Path;

    /// <summary>Ends a wait when it is signalled: what other threads want of the engine's.</summary>
    public void Watch(EventFd commands) => _epoll.Add(commands.Descriptor, EPOLLIN | EPOLLET, Command);

    /// <summary>Nobody runs, and nothing is left to do now: advances the clock, and lets the next one run, or waits until there is one.</summary>
    /// <param name="mediumNs">When the medium has something to do; <see cref="Calendar.Never"/>: it has not.</param>
    /// <param name="lookaheadNs">For so long nothing that one guest does reaches another.</param>
    /// <param name="limitNs">For so long it waits at most, of the host's time; negative: for ever.</param>
    public void Advance(long mediumNs, long lookaheadNs, long limitNs)
    {
        mediumNs = Math.Min(mediumNs, _calendar.NextKickNs);
        long participantsNs = _calendar.NextNs, nextNs = Math.Min(mediumNs, participantsNs);
        if (!_calendar.HasBegun || nextNs == Calendar.Never)
        {
            if (_calendar.Count != 0 && _calendar.HasBegun && !_isStoppedTold)
                _log.TimeHasStopped(Clock.NowNs);
            _isStoppedTold = _calendar.HasBegun;
            Wait(limitNs);
            return;
        }
        _isStoppedTold = false;
        if (HostsNs(nextNs) is > 0 and var waitNs)
        {
            Wait(waitNs);
            return;
        }
        CountTurn(nextNs);
        _isLossCounted = false;
        if (mediumNs <= participantsNs)
            Clock.AdvanceTo(mediumNs);
        else
            _calendar.RunNext(mediumNs, lookaheadNs);
    }

    /// <summary>Waits until something has come of participants, or of other threads.</summary>
    /// <param name="timeoutNs">For so long at most, of the host's time; negative: for ever.</param>
    public void Wait(long timeoutNs)
    {
        Span<epoll_event> events = stackalloc epoll_event[MaxEvents];
        foreach (ref readonly var happened in events[.._epoll.Wait(events, timeoutNs)])
        {
            if (happened.data.u64 == Newcomer)
                Accept();
            else if (happened.data.u64 != Command && _connections.TryGetValue((int)happened.data.u64, out var connection))
                Receive(connection);
        }
    }

    /// <summary>One has kicked: it advances its clock no more, and is looked at when its time has come.</summary>
    /// <remarks>Waits for its answer, if it is told by a message: it stands in a request to another part of the daemon, and would take the answer to
    /// that first.</remarks>
    public void Kick(Participant from)
    {
        var connection = _connections.Values.FirstOrDefault(c => c.Participant == from);
        try
        {
            if (!_calendar.Kick(from) || connection is null)
                return;
        }
        catch (CalendarException exception)
        {
            if (connection is not null)
                Drop(connection, exception.Message);
            return;
        }
        while (!from.HasAnswered && _connections.ContainsKey(connection.Descriptor))
        {
            if (!Poll.WaitFor(connection.Descriptor, POLLIN, s_answerLimit))
                Drop(connection, $"it has not answered FREE_UNTIL for {s_answerLimit.TotalSeconds:0} s");
            else
                Receive(connection);
        }
    }

    /// <summary>Waits until something can be read, and takes participants' messages meanwhile: who answers there asks the calendar first.</summary>
    /// <returns>False: nothing came for too long.</returns>
    public bool WaitReadable(int descriptor)
    {
        Span<pollfd> room = stackalloc pollfd[_connections.Count + 1];
        while (true)
        {
            var watched = room[..(_connections.Count + 1)]; // some may have gone
            watched[0] = new pollfd { fd = descriptor, events = POLLIN };
            int count = 1;
            foreach (int participant in _connections.Keys)
                watched[count++] = new pollfd { fd = participant, events = POLLIN };
            if (Poll.WaitForAny(watched, s_answerLimit) == 0)
                return false;
            bool isReadable = watched[0].revents != 0;
            foreach (ref readonly var one in watched[1..])
            {
                if (one.revents != 0 && _connections.TryGetValue(one.fd, out var connection))
                    Receive(connection);
            }
            if (isReadable)
                return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var connection in _connections.Values)
            connection.Dispose();
        _epoll.Dispose();
        _socket.Dispose();
    }

    private void Accept()
    {
        int accepted = Uninterrupted.accept4(_socket.Descriptor, null, null, SOCK_CLOEXEC);
        if (accepted < 0)
            return;
        var socket = new FileDescriptor(accepted);
        if (_connections.Count == MaxParticipants)
        {
            socket.Dispose();
            return;
        }
        try
        {
            _connections.Add(accepted, new CalendarConnection(socket, _calendar));
        }
        catch (LibCException) // no more descriptors
        {
            socket.Dispose();
            return;
        }
        _epoll.Add(accepted, EPOLLIN, (ulong)accepted);
    }

    private void Receive(CalendarConnection connection)
    {
        bool hadBegun = _calendar.HasBegun;
        try
        {
            if (!connection.TryReceive())
            {
                Drop(connection, reason: null);
                _ending.Add((connection.Pid, MonotonicClock.NowNs + (s_answerLimit.Ticks * TimeSpan.NanosecondsPerTick)));
            }
        }
        catch (CalendarException exception)
        {
            Drop(connection, exception.Message);
        }
        if (!_calendar.HasBegun || hadBegun)
            return;
        _paceStartNs = MonotonicClock.NowNs;
        _log.TimeBegan(_calendar.Count);
    }

    /// <param name="reason">Null: it went by itself.</param>
    private void Drop(CalendarConnection connection, string? reason)
    {
        _ = _connections.Remove(connection.Descriptor);
        _epoll.Remove(connection.Descriptor);
        connection.Dispose();
        if (reason is not null)
            _log.ParticipantBroke(connection.Pid, reason);
    }

    /// <summary>How long the host's time has to go on before a time may come; 0: it may.</summary>
    /// <remarks>What was lost while guests worked is made up for a little only: after their boots, time would run away from who types.</remarks>
    private long HostsNs(long ns)
    {
        if (_factor is not { } factor || ns <= Clock.NowNs)
            return 0;
        long hostsNs = MonotonicClock.NowNs;
        if (!_isLossCounted) // once a turn, when it ends: a wait for the host's time is no loss
            _paceStartNs += Math.Max(0, hostsNs - _paceStartNs - (long)(Clock.NowNs / factor) - MadeUpNs);
        _isLossCounted = true;
        return Math.Max(0, _paceStartNs + (long)Math.Min(ns / factor, long.MaxValue / 4) - hostsNs);
    }

    private void CountTurn(long ns)
    {
        if (ns > _turnsNs)
            (_turnsNs, _turns) = (ns, 0);
        else if (++_turns == ManyTurns)
            _log.TimeDoesNotPass(ns);
    }
}
