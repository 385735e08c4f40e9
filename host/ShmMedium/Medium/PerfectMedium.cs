using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Medium;

/// <summary>The medium without loss: every radio receives at the first attempt.</summary>
/// <remarks>The straight path: no link is looked up, nothing is drawn.</remarks>
internal sealed class PerfectMedium(RadioRegistry radios, MediumState state) : IMedium
{
    /// <inheritdoc/>
    public void Transmit(in Frame frame, Outcome outcome)
    {
        var sender = frame.Sender;
        var chain = sender.Chain.Read(in frame.Chain, frame.FreqMhz, frame.Spacing, state.Errors, frame.DataRate);
        byte rateIndex = chain.Links[0].RateIndex;
        sbyte signalDbm = sender.Endpoint.PerfectSignalDbm;
        outcome.IsOver = true;
        if (frame.Receiver.IsGroup)
        {
            var listeners = radios.ListenersOn(frame.FreqMhz);
            outcome.AddAll(listeners, signalDbm, rateIndex);
            if (listeners.Count > 1 || (listeners.Count == 1 && listeners.Span[0] != sender))
                outcome.Best = AtFirst(signalDbm);
            return;
        }
        bool isAcknowledged = false;
        foreach (var owner in radios.OwnersOf(frame.Receiver, sender))
        {
            if (owner == sender || !owner.MayHear(frame.FreqMhz))
                continue;
            isAcknowledged |= Add(outcome, owner, signalDbm, rateIndex).IsAcknowledged = Acknowledgement.IsWanted(in frame);
            outcome.AckSignalDbm = owner.Endpoint.PerfectSignalDbm;
        }
        if (!isAcknowledged && Acknowledgement.IsWanted(in frame))
            outcome.Attempts = chain.Attempts;
        foreach (var monitor in radios.Monitors)
        {
            if (monitor != sender && monitor.MayHear(frame.FreqMhz) && !monitor.Owns(frame.Receiver))
                Add(outcome, monitor, signalDbm, rateIndex);
        }
        if (!outcome.Receptions.IsEmpty)
            outcome.Best = AtFirst(signalDbm);
    }

    private static BestReception AtFirst(sbyte signalDbm) => new(1, signalDbm, IsRetry: false);

    private static ref Reception Add(Outcome outcome, Radio receiver, sbyte signalDbm, byte rateIndex)
    {
        ref var reception = ref outcome.Add();
        reception.Receiver = receiver;
        reception.Fault = null;
        reception.SignalDbm = signalDbm;
        reception.RateIndex = rateIndex;
        reception.Attempt = 1;
        reception.IsRetry = reception.IsAcknowledged = false;
        return ref reception;
    }
}
