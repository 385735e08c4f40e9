using ShmWifi.Dot11;
using ShmWifi.Dot11.Rates;
using ShmWifi.Dot11.Timing;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Medium.Phy;

namespace ShmWifi.ShmMedium.Medium.Contention;

/// <summary>How radios contend for their channels by EDCA: frames take their time, collide, and are sent again.</summary>
/// <remarks>
/// A discrete-event model of virtual time that real time drives: each event has its exact time and happens in its order, whenever
/// <see cref="TryAdvance"/> is called; so a late caller delays what guests see, but never
/// the medium. The caller sleeps until <see cref="NextEventNs"/>.
/// For one thread. Allocates only until it has seen the most radios, frames and PPDUs at once. Times are the medium's, ns.
/// Source: IEEE 802.11-2020 clauses 10.3 (DCF), 10.23.2 (EDCA), and those named at the parts; docs/models.md tells what is left out.
/// </remarks>
internal sealed partial class ContentionModel
{
    /// <summary>Frames that may wait in one queue of a radio: more than hwsim keeps until their status comes, 200.</summary>
    public const int QueueLimit = 256;

    private const int FirstStations = 16;

    private readonly LinkTable _links;
    private readonly IReceivers _receivers;
    private readonly EventHeap _events = new();
    private Contender?[] _contenders = new Contender?[FirstStations];
    private readonly IndexSet _stations = new(FirstStations);
    private readonly IndexSet _anywhere = new(FirstStations); // those whose guest does not say where they listen
    private readonly IndexSet _asked = new(FirstStations); // who may want the PPDU that begins
    private readonly IndexSet _reached = new(FirstStations); // where it arrives
    private readonly List<ContentionChannel> _channels = []; // that somebody is on
    private readonly Stack<ContentionChannel> _freeChannels = [];
    private QueuedTransmission[] _transmissions = [];
    private int _freeTransmission = -1;
    private ContentionOutcome[] _outcomes = new ContentionOutcome[16];
    private int _outcomeCount;
    private int _outcomesTaken;
    private long _eventNs; // of the latest event, frame or change: time cannot go back behind it
    private long _nowNs;
    private ErrorModel _errors;
    private int _errorsVersion = 1;

    /// <summary>A medium without radios.</summary>
    /// <param name="links">How good the links between radios are, and all that is random.</param>
    /// <param name="receivers">Knows who wants which frame.</param>
    public ContentionModel(LinkTable links, ErrorModel errors, IReceivers receivers, long mediumNs)
    {
        _links = links;
        _receivers = receivers;
        _nowNs = _eventNs = mediumNs;
        _errors = errors;
    }

    /// <summary>From SINR to loss; may be changed at any time.</summary>
    public ErrorModel Errors
    {
        get => _errors;
        set => (_errors, _errorsVersion) = (value, _errorsVersion + 1);
    }

    /// <summary>Whether PPDUs are reported when they are over, noise aside.</summary>
    public bool ReportsPpdus { get; set; }

    /// <summary>When the next event is due; <see cref="long.MaxValue"/>: there is none until a frame comes.</summary>
    public long NextEventNs => _outcomesTaken < _outcomeCount ? _nowNs : _events.NextNs; // outcomes that nobody took yet are due

    /// <summary>A radio comes.</summary>
    public void Add(LinkEndpoint radio)
    {
        ArgumentNullException.ThrowIfNull(radio);
        if (radio.Index >= _contenders.Length)
        {
            Array.Resize(ref _contenders, Math.Max(2 * _contenders.Length, radio.Index + 1));
            foreach (var set in (ReadOnlySpan<IndexSet>)[_stations, _anywhere, _asked, _reached])
                set.Grow(_contenders.Length);
            foreach (var channel in (IEnumerable<ContentionChannel>)[.. _channels, .. _freeChannels])
                channel.Stations.Grow(_contenders.Length);
            foreach (var ppdu in _ppdus)
                ppdu.Receptions.Grow(_contenders.Length);
        }
        _contenders[radio.Index] = new Contender(radio);
        _stations.Add(radio.Index);
        _anywhere.Add(radio.Index);
    }

    /// <summary>A radio's guest says where it listens from now on.</summary>
    /// <remarks>It receives nothing from elsewhere. What it was asked to send before on another channel it sends first; a frame that it is asked
    /// to send on another one later says that it listens there.</remarks>
    /// <param name="freqMhz">Centre of its primary 20 MHz; 0: nowhere; null: it does not say. It is then as before the first call: it receives
    /// whatever is for it on any channel, unless it has frames to send.</param>
    /// <param name="spacing">Of its channels: it understands no PPDU that is clocked for another.</param>
    public void Listen(LinkEndpoint radio, int? freqMhz, ChannelSpacing spacing = ChannelSpacing.Mhz20)
    {
        ArgumentNullException.ThrowIfNull(radio);
        var station = _contenders[radio.Index]!;
        _eventNs = _nowNs;
        station.ListensMhz = freqMhz;
        station.Spacing = spacing;
        if (freqMhz is null)
            _anywhere.Add(radio.Index);
        else
            _anywhere.Remove(radio.Index);
        ChooseChannel(station);
    }

    /// <summary>A radio goes. Its frames are forgotten, and nothing more comes of them; what it has on the medium stays there as noise.</summary>
    public void Remove(LinkEndpoint radio)
    {
        ArgumentNullException.ThrowIfNull(radio);
        if (_contenders[radio.Index] is not { } station)
            return;
        _contenders[radio.Index] = null;
        _stations.Remove(radio.Index);
        _anywhere.Remove(radio.Index);
        LeaveChannel(station);
        foreach (int index in _stations)
        {
            ref var pending = ref _contenders[index]!.Pending;
            if (pending.To == radio.Index)
                pending.To = -1; // lest who comes in its place be answered
        }
        _events.Clear(MediumEvent.Access, radio.Index);
        _events.Clear(MediumEvent.Exchange, radio.Index);
        _events.Clear(MediumEvent.NavCheck, radio.Index);
        for (int i = _outcomesTaken; i < _outcomeCount; i++)
        {
            if (_outcomes[i].Sender == radio || _outcomes[i].Receiver == radio)
                _outcomes[i].Handle = -1;
        }
        for (int queue = 0; queue < Contender.QueueCount; queue++)
        {
            while (station.Queues[queue].Count != 0)
                Dequeue(station, queue);
        }
        foreach (var ppdu in _ppdus)
        {
            ppdu.Receptions.Forget(radio.Index);
            if (ppdu.To == radio.Index)
                ppdu.To = -1;
            if (ppdu.Sender == radio)
                (ppdu.Sender, ppdu.Handle) = (null, -1);
        }
    }

    /// <summary>Has a radio send a frame, which arrives at the time of the latest <see cref="TryAdvance"/>.</summary>
    /// <param name="rates">Its retry chain, 1 to 4 links; a frame that wants no ACK is sent once at the first.</param>
    /// <returns>False: the queue is full, nothing will come of the frame.</returns>
    public bool TryEnqueue(in Transmission frame, ReadOnlySpan<TxRate> rates)
    {
        var station = _contenders[frame.Sender.Index]!;
        ref var queue = ref station.Queues[(int)frame.Category];
        if (queue.Count == QueueLimit)
            return false;

        _eventNs = _nowNs;
        Enqueue(station, in frame, rates);
        Learn(station, in frame, rates);
        if (station.ListensMhz is not null)
            station.ListensMhz = frame.FreqMhz;
        if (queue.Count == 1)
        {
            queue.UsesDcf = frame.UsesDcf;
            ChooseChannel(station);
            if (queue.Backoff == 0 && (!station.IsCounting || station.CountFromNs >= _nowNs)) // the medium is busy, or the station just came to it
                DrawFirstBackoff(station, (int)frame.Category);
            ScheduleAccess(station);
            if (station.IsCounting && station.Contenders != 0 && station.AccessNs <= _nowNs)
            {
                // At once, so that of frames that come at the same time the first makes the medium busy for the others.
                _events.Clear(MediumEvent.Access, station.Index);
                Access(station);
            }
        }
        return true;
    }

    /// <summary>Carries out what happens until then, up to the first event that something comes of.</summary>
    /// <param name="mediumNs">When. May be before the latest call's: as long as nothing happened since, time goes back for a frame that came late;
    /// else to what happened last.</param>
    /// <param name="outcome">What came of it; the next call goes on from there.</param>
    /// <returns>False: nothing more happens until then.</returns>
    public bool TryAdvance(long mediumNs, out ContentionOutcome outcome)
    {
        while (!TryTakeOutcome(out outcome))
        {
            if (_events.NextNs > mediumNs)
            {
                _nowNs = Math.Max(_eventNs, mediumNs);
                return false;
            }
            RunEvent();
        }
        return true;
    }

    /// <summary>Carries out all that happens until then; the result waits for <see cref="TryAdvance"/>.</summary>
    public void Advance(long mediumNs)
    {
        while (_events.NextNs <= mediumNs)
            RunEvent();
        _nowNs = Math.Max(_eventNs, mediumNs);
    }

    private void RunEvent()
    {
        _nowNs = _eventNs = _events.NextNs;
        (var kind, int owner) = _events.Take();
        switch (kind)
        {
            case MediumEvent.PpduEnd:
                EndPpdu(_ppdus[owner]);
                break;
            case MediumEvent.Exchange:
                ContinueExchange(_contenders[owner]!);
                break;
            case MediumEvent.NavCheck:
                CheckNav(_contenders[owner]!);
                break;
            case MediumEvent.Burst:
                StartBurst(owner);
                break;
            default:
                Access(_contenders[owner]!);
                break;
        }
    }

    /// <summary>What a frame of a 2.4 GHz radio or an AP tells of its station.</summary>
    private void Learn(Contender station, in Transmission frame, ReadOnlySpan<TxRate> rates)
    {
        if (frame.ApForNs != 0)
            station.ApUntilNs = Math.Max(station.ApUntilNs, _nowNs + frame.ApForNs);
        station.IsAp = _nowNs < station.ApUntilNs;
        if (station.IsErp)
            return;
        foreach (ref readonly var link in rates)
            station.IsErp |= !link.Phy.IsDsss;
        if (station.IsErp && station.FreqMhz != 0)
        {
            bool wasCounting = StopCounting(station);
            station.Timing = TimingOf(station);
            if (wasCounting)
                StartCounting(station);
        }
    }

    private static MacTiming TimingOf(Contender station) => station.Channel?.Spacing switch
    {
        ChannelSpacing.Mhz5 => MacTiming.OfdmQuarterClocked,
        ChannelSpacing.Mhz10 => MacTiming.OfdmHalfClocked,
        _ => station.Band != Band.Ghz2 ? MacTiming.Ofdm : station.IsErp ? MacTiming.Erp : MacTiming.Dsss,
    };

    private void Enqueue(Contender station, in Transmission frame, ReadOnlySpan<TxRate> rates)
    {
        ref var queue = ref station.Queues[(int)frame.Category];
        station.Waiting |= 1 << (int)frame.Category;
        if (_freeTransmission < 0)
            AddTransmissions();
        int index = _freeTransmission;
        ref var transmission = ref _transmissions[index];
        _freeTransmission = transmission.Next;
        transmission.Frame = frame;
        transmission.RateCount = Math.Min(rates.Length, TxRates.MaxCount);
        rates[..transmission.RateCount].CopyTo(transmission.Rates);
        transmission.Attempts = transmission.Collisions = 0;
        transmission.Sent = null;
        transmission.IsOnScoreboard = false;
        transmission.Next = -1;
        if (queue.Count++ == 0)
            queue.Head = index;
        else
            _transmissions[queue.Tail].Next = index;
        queue.Tail = index;
    }

    /// <summary>Takes a transmission out of its queue.</summary>
    /// <param name="before">The one in front of it; -1: it is the first.</param>
    private void Dequeue(Contender station, int category, int before = -1)
    {
        ref var queue = ref station.Queues[category];
        int index = before < 0 ? queue.Head : _transmissions[before].Next;
        int after = _transmissions[index].Next;
        if (before < 0)
            queue.Head = after;
        else
            _transmissions[before].Next = after;
        if (queue.Tail == index)
            queue.Tail = before;
        _transmissions[index].Next = _freeTransmission;
        _freeTransmission = index;
        if (--queue.Count == 0)
            station.Waiting &= ~(1 << category);
        else
            queue.UsesDcf = _transmissions[queue.Head].Frame.UsesDcf;
    }

    private void AddTransmissions()
    {
        int first = _transmissions.Length;
        Array.Resize(ref _transmissions, Math.Max(2 * first, 64));
        for (int index = _transmissions.Length - 1; index >= first; index--)
        {
            _transmissions[index].Next = _freeTransmission;
            _freeTransmission = index;
        }
    }

    private void Report(in ContentionOutcome outcome)
    {
        if (_outcomeCount == _outcomes.Length)
            Array.Resize(ref _outcomes, 2 * _outcomeCount);
        _outcomes[_outcomeCount++] = outcome;
    }

    private bool TryTakeOutcome(out ContentionOutcome outcome)
    {
        while (_outcomesTaken < _outcomeCount)
        {
            outcome = _outcomes[_outcomesTaken++];
            if (outcome.Ppdu is { } ppdu)
                ppdu.IsReported = false;
            if (outcome.Ppdu is { } sent ? sent.Sender is not null : outcome.Handle >= 0)
                return true;
        }
        _outcomeCount = _outcomesTaken = 0;
        outcome = default;
        return false;
    }
}
