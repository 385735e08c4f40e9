using ShmWifi.Configuration.Medium;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Timing;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Medium.Contention;
using ShmWifi.ShmMedium.Medium.Faults;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Medium.Phy;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>The medium of <c>timing: airtime</c>: frames wait in the host's memory for their turn on their channel.</summary>
/// <remarks><see cref="ContentionModel"/> says who receives them and when they are over; see docs/decisions/0010 and 0011.</remarks>
internal sealed class AirtimeMedium : IMedium, IReceivers
{
    /// <summary>For so long nothing that a radio sends reaches another: less than any PPDU takes, as all begin with a preamble of 20 µs or more.
    /// Source: IEEE 802.11-2020 figure 17-1, table 17-5.</summary>
    public const long LookaheadNs = 20_000;

    private const uint MaxFreqMhz = 100_000; // beyond the bands of 802.11, all of them below 72 GHz
    private const long MaxLateNs = 5_000_000; // what a busy machine keeps the engine from a core; a guest that claims more would send in the past

    private const long TimeUnitNs = 1_024_000;

    /// <summary>Who has sent no beacon for so many intervals is no access point any more: a station that misses as many gives its access point up.
    /// Source: linux net/mac80211/mlme.c, beacon_loss_count.</summary>
    private const int BeaconsUntilGone = 7;

    private readonly RadioRegistry _radios;
    private readonly MediumState _state;
    private readonly MediumClock _clock;
    private readonly HeldFrames _held;
    private readonly int[] _abandoned = new int[HeldFrames.Capacity]; // whose radio went, and whose sender was not told yet
    private readonly bool[] _isWaiting = new bool[HeldFrames.Capacity]; // for its turn, by handle
    private readonly BestReception[] _best = new BestReception[HeldFrames.Capacity]; // so far
    private readonly SentMpdu?[] _bestMpdus = new SentMpdu?[HeldFrames.Capacity]; // of that attempt
    private readonly Acknowledger?[] _delivered = new Acknowledger?[HeldFrames.Capacity]; // who owns its receiver address and got it
    private readonly DrawnFaults _drawnFaults = new(HeldFrames.Capacity);
    private readonly List<Jammer> _jammers = [];
    private IReadOnlyList<JammerConfiguration> _givenJammers = [];
    private ContentionModel _model;
    private int _waiting;
    private int _abandonedCount;

    /// <summary>A medium on which nothing waits.</summary>
    /// <param name="radios">Who is there; told of radios that come and go.</param>
    /// <param name="state">Links, error rates and injected faults.</param>
    public AirtimeMedium(RadioRegistry radios, MediumState state, MediumClock clock, HeldFrames held)
    {
        (_radios, _state, _clock, _held) = (radios, state, clock, held);
        _model = NewModel();
        UpdateJammers();
        _ = state.Watch(_ =>
        {
            _model.Errors = state.Errors;
            UpdateJammers();
        });
        radios.Added += radio =>
        {
            radio.KeepIn(state.Agreements);
            _model.Add(radio.Endpoint);
        };
        radios.Removed += radio =>
        {
            radio.Forget();
            ForgetFramesOf(radio);
        };
        radios.Tuned += radio => Listen(_model, radio);
    }

    /// <summary>When the next event is due, ns of the medium's clock; <see cref="long.MaxValue"/>: there is none until a frame comes.</summary>
    public long NextEventNs => _abandonedCount != 0 ? 0 : _model.NextEventNs;

    /// <summary>Whether <see cref="TryAdvance"/> also tells of each PPDU.</summary>
    public bool ReportsPpdus
    {
        get => _model.ReportsPpdus;
        set => _model.ReportsPpdus = value;
    }

    /// <summary>Begins anew: what waits is abandoned.</summary>
    public void Restart()
    {
        for (int handle = 0; handle < HeldFrames.Capacity; handle++)
            Abandon(handle);
        _drawnFaults.Clear();
        bool reportsPpdus = ReportsPpdus;
        _model = NewModel();
        ReportsPpdus = reportsPpdus;
    }

    /// <inheritdoc/>
    /// <remarks>The frame arrives when the guest took it from hwsim, not when a busy machine
    /// came to look: else the channel would stand idle meanwhile.</remarks>
    public void Transmit(in Frame frame, Outcome outcome)
    {
        long nowNs = _clock.At((long)frame.TakenNs);
        _model.Advance(frame.CapturedNs == 0 ? nowNs : Math.Clamp(_clock.At((long)frame.CapturedNs), nowNs - MaxLateNs, nowNs));
        if (frame.FreqMhz is 0 or > MaxFreqMhz)
        {
            frame.Sender.Port.Rings.Count(HostCounter.DropInvalid);
            outcome.IsOver = true;
            outcome.Attempts = 0;
            return;
        }
        if (_held.TryHold(in frame, out int handle))
        {
            ref readonly var held = ref _held[handle];
            var category = AccessCategory.BestEffort;
            if (FrameView.TryParse(held.Span, out var view))
            {
                category = view.AccessCategory;
                BlockAckNegotiation.OnSending(in held, in view, _radios);
            }
            var transmission =
                new Transmission(handle, frame.Sender.Endpoint, (int)frame.FreqMhz, (int)frame.Length + FrameExchange.FcsOctets, category)
                {
                    Receiver = frame.Receiver,
                    Transmitter = frame.Transmitter,
                    WantsAck = Acknowledgement.IsWanted(in frame),
                    UsesDcf = view.FrameControl is { Type: FrameType.Data, IsQos: false },
                    Agreement = BlockAckNegotiation.AgreementOf(in held, in view),
                    Tid = view.QosTid ?? 0,
                    Sequence = view.SequenceNumber ?? 0,
                    ApForNs = view.ApBeaconInterval * BeaconsUntilGone * TimeUnitNs ?? 0,
                };
            _isWaiting[handle] = true;
            _best[handle] = default;
            _waiting++;
            if (frame.IsInherited)
                frame.Sender.Port.InheritedFrames++;
            if (_model.TryEnqueue(in transmission, ChainOf(in frame).Rates))
            {
                _held.KeepForNext(handle);
                return;
            }
            Release(handle);
        }
        frame.Sender.Port.Rings.Count(HostCounter.DropMediumQueueFull);
        outcome.IsOver = true;
        outcome.Attempts = 0;
    }

    /// <summary>Lets the medium's time pass up to the next outcome of a frame that waits, or the end of a PPDU.</summary>
    /// <param name="nowNs">How far, by the medium's clock.</param>
    /// <param name="outcome">Gets the outcome of the frame; <see cref="Release"/> it when it is over.</param>
    /// <param name="handle">The frame, in <see cref="HeldFrames"/>; of no meaning with <see cref="Outcome.Sent"/>.</param>
    /// <returns>False: nothing more happens until then.</returns>
    public bool TryAdvance(long nowNs, Outcome outcome, out int handle)
    {
        if (_abandonedCount != 0)
        {
            handle = _abandoned[--_abandonedCount];
            outcome.Clear();
            outcome.IsOver = true;
            outcome.Attempts = 0;
            return true;
        }
        while (_model.TryAdvance(nowNs, out var came))
        {
            handle = came.Handle;
            switch (came.Kind)
            {
                case ContentionOutcomeKind.Received:
                    outcome.Clear();
                    outcome.Add() = ReceptionOf(in came);
                    return true;
                case ContentionOutcomeKind.Over:
                    outcome.Clear();
                    Finish(in came, outcome);
                    return true;
                case ContentionOutcomeKind.Sent:
                    outcome.Clear();
                    outcome.Sent = came.Ppdu;
                    return true;
                default:
                    _radios.Of(came.Receiver!).Port.Rings.Count(HostCounter.LostOnAir);
                    break;
            }
        }
        handle = -1;
        return false;
    }

    /// <summary>What became of an outcome of <see cref="TryAdvance"/> at its receiver.</summary>
    public void OnDelivered(int handle, Outcome outcome)
    {
        ref var frame = ref _held[handle];
        if (!outcome.IsOver)
            _held.MarkReceived(handle);
        if (outcome.Receptions is [{ Receiver: var receiver }] && !frame.Receiver.IsGroup && receiver.Owns(frame.Receiver))
            _delivered[handle] = outcome.Delivered ?? _delivered[handle];
    }

    /// <summary>Lets a frame go that is over.</summary>
    public void Release(int handle)
    {
        if (_held[handle].IsInherited)
            _held[handle].Sender.Port.InheritedFrames--;
        _drawnFaults.Forget(handle);
        _delivered[handle] = null;
        _isWaiting[handle] = false;
        _waiting--;
        _held.Release(handle);
    }

    /// <inheritdoc/>
    public bool AddReceivers(int handle, IndexSet radios)
    {
        ref var frame = ref _held[handle];
        if (frame.Receiver.IsGroup)
            return true;
        foreach (var owner in _radios.OwnersOf(frame.Receiver, frame.Sender))
            radios.Add(owner.Endpoint.Index);
        foreach (var monitor in _radios.Monitors)
            radios.Add(monitor.Endpoint.Index);
        return false;
    }

    /// <inheritdoc/>
    public Interest InterestOf(int handle, LinkEndpoint radio)
    {
        ref var frame = ref _held[handle];
        var receiver = _radios.Of(radio);
        bool isOwner = !frame.Receiver.IsGroup && receiver.Owns(frame.Receiver);
        if (!receiver.MayHear(frame.FreqMhz))
            return Interest.None;
        if (!isOwner && !frame.Receiver.IsGroup && (receiver.Flags & RadioFlags.Monitor) == RadioFlags.None)
            return Interest.None;
        if (DrawnFault(handle, receiver)?.Configuration.Action is DropFault)
        {
            receiver.Port.Rings.Count(HostCounter.LostOnAir);
            return Interest.None;
        }
        return isOwner ? Interest.Acknowledges : Interest.Receives;
    }

    private DecodedChain ChainOf(in Frame frame) =>
        frame.Sender.Chain.Read(in frame.Chain, frame.FreqMhz, frame.Spacing, _state.Errors, frame.DataRate);

    private Reception ReceptionOf(in ContentionOutcome came)
    {
        ref var frame = ref _held[came.Handle];
        ref var best = ref _best[came.Handle];
        sbyte signal = Reception.ToSignal(came.SignalDbm);
        if (came.Attempt >= best.Attempt)
            _bestMpdus[came.Handle] = came.Mpdu;
        best = best.With(came.Attempt, signal, came.IsRetry);
        var receiver = _radios.Of(came.Receiver!);
        byte rateIndex = ChainOf(in frame).LinkOf(came.Attempt).RateIndex;
        return new Reception
        {
            Receiver = receiver,
            SignalDbm = signal,
            RateIndex = rateIndex,
            Attempt = came.Attempt,
            IsRetry = came.IsRetry,
            Fault = came.IsRetry ? null : DrawnFault(came.Handle, receiver),
        };
    }

    private void Finish(in ContentionOutcome came, Outcome outcome)
    {
        ref var frame = ref _held[came.Handle];
        frame.TakenNs = (ulong)_clock.ToMonotonic(came.MediumNs);
        outcome.IsOver = true;
        outcome.Attempts = Math.Max(came.Attempt, 1);
        outcome.Collisions = came.Collisions;
        outcome.Best = _best[came.Handle];
        outcome.Mpdu = outcome.Best.Attempt != 0 ? _bestMpdus[came.Handle] : came.Mpdu;
        outcome.WasShown = ReportsPpdus;
        if (came.Acknowledger is not { } acknowledger)
            return;
        outcome.AckSignalDbm = Reception.ToSignal(came.SignalDbm);
        var delivered = _delivered[came.Handle];
        outcome.Acknowledger = delivered is not null && delivered.Value.Port == _radios.Find(acknowledger)?.Port ? delivered : null;
        outcome.HasNoRoom = outcome.Acknowledger is null;
        if (outcome.Acknowledger is not null)
            BlockAckNegotiation.OnAcknowledged(in frame, _radios);
    }

    /// <summary>The injected fault that hits a frame on its way to a radio; drawn at the first attempt, it holds for all.</summary>
    private Fault? DrawnFault(int handle, Radio receiver)
    {
        if (_state.Faults.IsEmpty)
            return null;
        if (!_drawnFaults.TryGet(handle, receiver.Endpoint.Index, out var fault))
            _drawnFaults.Set(handle, receiver.Endpoint.Index, fault = _state.FaultOn(in _held[handle], receiver));
        return fault;
    }

    private ContentionModel NewModel()
    {
        var model = new ContentionModel(_state.Links, _state.Errors, this, _clock.NowNs);
        foreach (var radio in _radios.Radios)
        {
            model.Add(radio.Endpoint);
            Listen(model, radio);
        }
        _jammers.ForEach(model.Add);
        return model;
    }

    /// <summary>Jammers come and go as the configuration says; those that stay go on. There are none while frames take no time.</summary>
    private void UpdateJammers()
    {
        var medium = _state.Current;
        var given = medium.Timing == Timing.Airtime ? medium.Jammers : [];
        if (ReferenceEquals(given, _givenJammers))
            return;
        _givenJammers = given;
        foreach (var gone in _jammers.Where(jammer => !given.Contains(jammer.Configuration)).ToArray())
        {
            _model.Remove(gone);
            _state.Links.Remove(gone.Endpoint);
            _jammers.Remove(gone);
        }
        foreach (var come in given.Except(_jammers.Select(jammer => jammer.Configuration)).ToArray())
        {
            var jammer = new Jammer(come, _state.Links.Add(come.Name, Jammer.RadioName, [], _clock.NowNs), _state.JammersSinceNs[come.Name]);
            _jammers.Add(jammer);
            _model.Add(jammer);
        }
    }

    private static void Listen(ContentionModel model, Radio radio) =>
        model.Listen(radio.Endpoint, radio.ChannelMhz is { } channelMhz ? (int)(channelMhz > MaxFreqMhz ? 0 : channelMhz) : null, radio.Spacing);

    /// <summary>Nothing comes of a frame any more; <see cref="TryAdvance"/> says so.</summary>
    private void Abandon(int handle)
    {
        if (!_isWaiting[handle])
            return;
        _isWaiting[handle] = false;
        _abandoned[_abandonedCount++] = handle;
    }

    /// <summary>A radio goes: its frames that wait are not sent, and what was drawn for frames on their way to it is forgotten,
    /// lest it hit who comes in its place.</summary>
    private void ForgetFramesOf(Radio radio)
    {
        _model.Remove(radio.Endpoint);
        _drawnFaults.ForgetRadio(radio.Endpoint.Index);
        for (int handle = 0; handle < HeldFrames.Capacity && _waiting != 0; handle++)
        {
            if (_isWaiting[handle] && _held[handle].Sender == radio)
                Abandon(handle);
        }
    }
}
