using ShmWifi.Dot11;
using ShmWifi.Medium.Links;
using ShmWifi.Medium.Phy;

namespace ShmWifi.Medium.Contention;

/// <summary>The medium of <c>timing: airtime</c>: radios contend for their channels by EDCA; frames take their time, collide, and are sent
/// again.</summary>
/// <remarks>
/// A discrete-event model of virtual time that real time drives: each event has its exact time and happens in its order, whenever
/// <see cref="Advance"/> is called; so a late caller delays what guests see, but never the air. The caller sleeps until <see cref="NextEventNs"/>.
/// For one thread. Allocates only until it has seen the most radios, frames and PPDUs at once. Times are the air's, ns.
/// Source: IEEE 802.11-2020 clauses 10.3 (DCF), 10.23.2 (EDCA), and those named at the parts; docs/models.md tells what is left out.
/// </remarks>
public sealed partial class AirtimeMedium
{
    /// <summary>Frames that may wait in one queue of a radio: more than hwsim keeps until their status comes, 200.</summary>
    public const int QueueLimit = 256;

    private const int FirstStations = 16;

    private readonly LinkTable _links;
    private readonly IAirtimeSink _sink;
    private readonly EventHeap _events = new();
    private Station?[] _stations = new Station?[FirstStations];
    private int _stationCount; // highest index in use + 1
    private QueuedTransmission[] _transmissions = [];
    private int _freeTransmission = -1;
    private Report[] _reports = new Report[16];
    private int _reportCount;
    private int _reported;
    private long _eventNs; // of the latest event or frame: time cannot go back behind it
    private long _nowNs;

    /// <summary>An air without radios.</summary>
    /// <param name="links">How well they hear each other, and all that is random.</param>
    /// <param name="errors">From SINR to loss.</param>
    /// <param name="sink">Owns the frames.</param>
    /// <param name="airNs">Now.</param>
    public AirtimeMedium(LinkTable links, ErrorModel errors, IAirtimeSink sink, long airNs)
    {
        _links = links;
        _sink = sink;
        _nowNs = _eventNs = airNs;
        Errors = errors;
    }

    /// <summary>From SINR to loss; may be changed at any time.</summary>
    public ErrorModel Errors { get; set; }

    /// <summary>When the next event is due; <see cref="long.MaxValue"/>: there is none until a frame comes.</summary>
    public long NextEventNs => _events.NextNs;

    /// <summary>A radio comes.</summary>
    /// <param name="radio">Of the same link table.</param>
    public void Add(RadioModel radio)
    {
        ArgumentNullException.ThrowIfNull(radio);
        if (radio.Index >= _stations.Length)
        {
            Array.Resize(ref _stations, Math.Max(2 * _stations.Length, radio.Index + 1));
            foreach (Ppdu ppdu in _ppdus)
                Array.Resize(ref ppdu.Receptions, _stations.Length);
        }
        _stations[radio.Index] = new Station(radio);
        _stationCount = Math.Max(_stationCount, radio.Index + 1);
    }

    /// <summary>A radio goes. Its frames are forgotten, and nothing more is said of them; what it has on the air stays there as noise.</summary>
    /// <param name="radio">One that was added.</param>
    public void Remove(RadioModel radio)
    {
        ArgumentNullException.ThrowIfNull(radio);
        if (_stations[radio.Index] is not { } station)
            return;
        _stations[radio.Index] = null;
        while (_stationCount > 0 && _stations[_stationCount - 1] is null)
            _stationCount--;
        _events.Clear(AirEvent.Access, radio.Index);
        _events.Clear(AirEvent.Exchange, radio.Index);
        _events.Clear(AirEvent.NavCheck, radio.Index);
        for (int i = _reported; i < _reportCount; i++)
        {
            if (_reports[i].Sender == radio || _reports[i].Hearer == radio)
                _reports[i].Ticket = -1;
        }
        for (int queue = 0; queue < Station.QueueCount; queue++)
        {
            while (station.Queues[queue].Count != 0)
                Dequeue(ref station.Queues[queue]);
        }
        foreach (Ppdu ppdu in _ppdus)
        {
            ppdu.Receptions[radio.Index] = default;
            if (ppdu.To == radio.Index)
                ppdu.To = -1;
            if (ppdu.Sender == radio)
                (ppdu.Sender, ppdu.Ticket) = (null, -1);
        }
    }

    /// <summary>Has a radio send a frame, which arrives at the time of the latest <see cref="Advance"/>.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="rates">Its retry chain, 1 to 4 links; a frame that wants no ACK is sent once at the first.</param>
    /// <returns>False: the queue is full, nothing will be said of the frame.</returns>
    public bool TryEnqueue(in Transmission frame, ReadOnlySpan<RateAttempts> rates)
    {
        Station station = _stations[frame.Sender.Index]!;
        ref EdcaQueue queue = ref station.Queues[(int)frame.Category];
        if (queue.Count == QueueLimit)
            return false;

        _eventNs = _nowNs;
        Enqueue(ref queue, in frame, rates);
        Learn(station, in frame, rates);
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
                _events.Clear(AirEvent.Access, station.Index);
                Access(station);
            }
        }
        return true;
    }

    /// <summary>Carries out all that happens until then.</summary>
    /// <param name="airNs">When. May be before the latest call's: as long as nothing happened since, time goes back for a frame that came late;
    /// else to what happened last.</param>
    public void Advance(long airNs)
    {
        while (_events.NextNs <= airNs)
        {
            _nowNs = _eventNs = _events.NextNs;
            (AirEvent kind, int owner) = _events.Take();
            switch (kind)
            {
                case AirEvent.PpduEnd:
                    EndPpdu(_ppdus[owner]);
                    break;
                case AirEvent.Exchange:
                    ContinueExchange(_stations[owner]!);
                    break;
                case AirEvent.NavCheck:
                    CheckNav(_stations[owner]!);
                    break;
                default:
                    Access(_stations[owner]!);
                    break;
            }
            TellReports();
        }
        _nowNs = Math.Max(_eventNs, airNs);
    }

    /// <summary>What a frame of a 2.4 GHz radio or an AP tells of its station.</summary>
    private void Learn(Station station, in Transmission frame, ReadOnlySpan<RateAttempts> rates)
    {
        station.IsAp |= frame.Category == AccessCategory.Beacon;
        if (station.IsErp)
            return;
        foreach (ref readonly RateAttempts link in rates)
            station.IsErp |= !link.Rate.IsDsss;
        if (station.IsErp && station.FreqMhz != 0)
        {
            bool wasCounting = StopCounting(station);
            station.Timing = TimingOf(station);
            if (wasCounting)
                StartCounting(station);
        }
    }

    private static MacTiming TimingOf(Station station) => station.Band != Band.Ghz2 ? MacTiming.Ofdm : station.IsErp ? MacTiming.Erp : MacTiming.Dsss;

    private void Enqueue(ref EdcaQueue queue, in Transmission frame, ReadOnlySpan<RateAttempts> rates)
    {
        if (_freeTransmission < 0)
            AddTransmissions();
        int index = _freeTransmission;
        ref QueuedTransmission transmission = ref _transmissions[index];
        _freeTransmission = transmission.Next;
        transmission.Frame = frame;
        transmission.RateCount = Math.Min(rates.Length, TxRates.MaxCount);
        rates[..transmission.RateCount].CopyTo(transmission.Rates);
        transmission.Attempts = 0;
        transmission.WasSent = false;
        transmission.Next = -1;
        if (queue.Count++ == 0)
            queue.Head = index;
        else
            _transmissions[queue.Tail].Next = index;
        queue.Tail = index;
    }

    private void Dequeue(ref EdcaQueue queue)
    {
        int index = queue.Head;
        queue.Head = _transmissions[index].Next;
        _transmissions[index].Next = _freeTransmission;
        _freeTransmission = index;
        if (--queue.Count != 0)
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

    /// <summary>Keeps what the sink is to be told until the event is over: what the sink then does finds all in order.</summary>
    private void Tell(in Report report)
    {
        if (_reportCount == _reports.Length)
            Array.Resize(ref _reports, 2 * _reportCount);
        _reports[_reportCount++] = report;
    }

    private void TellReports()
    {
        while (_reported < _reportCount)
        {
            Report report = _reports[_reported++];
            if (report.Ticket < 0)
                continue;
            if (report.IsLost)
                _sink.Lost(report.Ticket, report.Hearer!);
            else if (report.Hearer is { } hearer)
                _sink.Heard(report.Ticket, hearer, report.Attempt, report.IsRetryOrAcked, report.SignalDbm, report.AirNs);
            else
                _sink.Done(report.Ticket, report.Attempt, report.IsRetryOrAcked, report.SignalDbm, report.AirNs);
        }
        _reportCount = _reported = 0;
    }

    /// <summary>A call of the sink that is due.</summary>
    private struct Report
    {
        public int Ticket;
        public RadioModel Sender;
        public RadioModel? Hearer;
        public int Attempt;
        public bool IsRetryOrAcked;
        public bool IsLost;
        public float SignalDbm;
        public long AirNs;
    }
}
