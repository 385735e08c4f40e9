using ShmWifi.ShmMedium.Medium.Links;
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
        var chain = sender.Chain.Read(in frame.Chain, frame.FreqMhz, state.Errors);
        byte rateIndex = chain.Links[0].RateIndex;
        outcome.IsOver = true;
        outcome.AckSignalDbm = LinkTable.PerfectSignalDbm;
        if (frame.Receiver.IsGroup)
        {
            var listeners = radios.ListenersOn(frame.FreqMhz);
            outcome.AddAll(listeners, LinkTable.PerfectSignalDbm, rateIndex);
            if (listeners.Count > 1 || (listeners.Count == 1 && listeners.Span[0] != sender))
                outcome.Best = AtFirst;
            return;
        }
        bool isAcknowledged = false;
        foreach (var owner in radios.OwnersOf(frame.Receiver, sender))
        {
            if (owner != sender && owner.MayHear(frame.FreqMhz))
                isAcknowledged |= Add(outcome, owner, rateIndex).IsAcknowledged = Acknowledgement.IsWanted(in frame);
        }
        if (!isAcknowledged && Acknowledgement.IsWanted(in frame))
            outcome.Attempts = chain.Attempts;
        foreach (var monitor in radios.Monitors)
        {
            if (monitor != sender && monitor.MayHear(frame.FreqMhz) && !monitor.Owns(frame.Receiver))
                Add(outcome, monitor, rateIndex);
        }
        if (!outcome.Receptions.IsEmpty)
            outcome.Best = AtFirst;
    }

    private static BestReception AtFirst => new(1, LinkTable.PerfectSignalDbm, IsRetry: false);

    private static ref Reception Add(Outcome outcome, Radio receiver, byte rateIndex)
    {
        ref var reception = ref outcome.Add();
        reception.Receiver = receiver;
        reception.Fault = null;
        reception.SignalDbm = LinkTable.PerfectSignalDbm;
        reception.RateIndex = rateIndex;
        reception.IsRetry = reception.IsAcknowledged = false;
        return ref reception;
    }
}
