using ShmWifi.Configuration.Air;
using ShmWifi.Dot11;
using ShmWifi.Medium.Contention;
using ShmWifi.Medium.Faults;
using ShmWifi.Medium.Links;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Medium.Engine;

// timing: airtime. Frames wait for their turn in the engine's memory; the model of contention says who hears them and when it is over.
public sealed unsafe partial class MediumEngine
{
    private const long MaxLateNs = 5_000_000; // what a busy machine keeps the engine from a core; a guest that claims more would send in the past

    private readonly AirtimeMedium _airtime;
    private readonly Dictionary<(int Ticket, int Radio), Fault?> _drawnFaults = [];

    /// <summary>Has a frame contend for its channel.</summary>
    /// <remarks>It arrives when the guest's service took it, not when a busy machine came to look: else the channel would stand idle meanwhile.</remarks>
    private void QueueForAir(in FrameInFlight frame)
    {
        long nowNs = _clock.At((long)frame.TakenNs);
        _airtime.Advance(frame.CapturedNs == 0 ? nowNs : Math.Clamp(_clock.At((long)frame.CapturedNs), nowNs - MaxLateNs, nowNs));
        Port port = frame.Sender.Port;
        if (_held.TryHold(in frame, out int ticket))
        {
            _ = FrameView.TryParse(frame.Span, out FrameView view); // what cannot be parsed is sent as best effort
            var transmission = new Transmission(ticket, frame.Sender.Model, (int)frame.FreqMhz, (int)frame.Length + FrameExchange.FcsOctets, view.AccessCategory)
            {
                WantsAck = WantsAck(in frame) && !frame.Receiver.IsGroup,
                UsesDcf = view.FrameControl is { Type: FrameType.Data, IsQos: false },
            };
            if (_airtime.TryEnqueue(in transmission, frame.Sender.Chain.Read(in frame, _model.Errors).Rates))
                return;
            _held.Release(ticket);
        }
        port.Rings.Count(HostCounter.DropAirQueueFull);
        if (WantsAck(in frame) && !frame.Receiver.IsGroup)
            Report(TxStatus.Of(in frame, attempts: 1, ackSignalDbm: 0), receiver: null);
    }

    /// <inheritdoc/>
    Interest IAirtimeSink.InterestOf(int ticket, RadioModel radio)
    {
        ref FrameInFlight frame = ref _held[ticket];
        Radio hearer = Air.Of(radio);
        bool isOwner = !frame.Receiver.IsGroup && hearer.Owns(frame.Receiver);
        if (!isOwner && !frame.Receiver.IsGroup && (hearer.Flags & RadioFlags.Monitor) == RadioFlags.None)
            return Interest.None;
        if (DrawnFault(ticket, hearer)?.Configuration.Action is DropFault)
        {
            hearer.Port.Rings.Count(HostCounter.LostOnAir);
            return Interest.None;
        }
        return isOwner && hearer.ListensTo(frame.FreqMhz, (long)_takenNs) ? Interest.Owns : Interest.Hears;
    }

    /// <inheritdoc/>
    void IAirtimeSink.Heard(int ticket, RadioModel hearer, int attempt, bool isRetry, float signalDbm, long airNs)
    {
        ref FrameInFlight frame = ref _held[ticket];
        sbyte signal = Hearing.ToSignal(signalDbm);
        frame.HeardDbm = frame.HeardDbm == 0 ? signal : Math.Max(frame.HeardDbm, signal);
        byte rateIndex = frame.Sender.Chain.Read(in frame, _model.Errors).LinkOf(attempt).RateIndex;
        Radio radio = Air.Of(hearer);
        Fault? fault = isRetry ? null : DrawnFault(ticket, radio);
        DeliverWith(fault, in frame, radio, new Hearing(signal, rateIndex) { IsRetry = isRetry });
    }

    /// <inheritdoc/>
    void IAirtimeSink.Lost(int ticket, RadioModel hearer) => Air.Of(hearer).Port.Rings.Count(HostCounter.LostOnAir);

    /// <inheritdoc/>
    void IAirtimeSink.Done(int ticket, int attempts, bool isAcked, float ackSignalDbm, long airNs)
    {
        ref FrameInFlight frame = ref _held[ticket];
        frame.Sender.Port.Rings.Count(HostCounter.Retries, (ulong)Math.Max(attempts - 1, 0));
        if (WantsAck(in frame) && !frame.Receiver.IsGroup)
        {
            frame.Sender.Chain.Read(in frame, _model.Errors);
            Radio[] owners = Air.OwnersOf(frame.Receiver);
            Port? receiver = isAcked && owners.Length != 0 ? owners[0].Port : null;
            Report(TxStatus.Of(in frame, Math.Max(attempts, 1), isAcked ? Hearing.ToSignal(ackSignalDbm) : (sbyte)0), receiver);
        }
        frame.TakenNs = (ulong)_clock.ToMonotonic(airNs);
        OfferToTaps(in frame, frame.HeardDbm, isAcked);
        Forget(ticket);
    }

    /// <summary>A radio goes: its frames that wait go with it.</summary>
    private void ForgetFramesOf(Radio radio)
    {
        for (int ticket = 0; ticket < HeldFrames.Capacity && _held.Count != 0; ticket++)
        {
            if (_held[ticket].Sender == radio && !_held[ticket].IsDelayed)
                Forget(ticket);
        }
    }

    private void Forget(int ticket)
    {
        if (_drawnFaults.Count != 0)
        {
            foreach (Radio radio in Air.Radios)
                _drawnFaults.Remove((ticket, radio.Model.Index));
        }
        _held.Release(ticket);
    }

    /// <summary>The fault to order that hits a frame on its way to a radio; drawn at the first attempt, it holds for all.</summary>
    private Fault? DrawnFault(int ticket, Radio hearer)
    {
        if (_model.Faults.IsEmpty)
            return null;
        (int, int) key = (ticket, hearer.Model.Index);
        if (!_drawnFaults.TryGetValue(key, out Fault? fault))
            _drawnFaults[key] = fault = FaultOn(in _held[ticket], hearer);
        return fault;
    }
}
