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
        byte rateIndex = sender.Chain.Read(in frame.Chain, frame.FreqMhz, state.Errors).Links[0].RateIndex;
        outcome.IsOver = true;
        outcome.StrongestDbm = LinkTable.PerfectSignalDbm;
        outcome.AckSignalDbm = LinkTable.PerfectSignalDbm;
        if (frame.Receiver.IsGroup)
        {
            foreach (var receiver in radios.Radios)
            {
                if (receiver != sender)
                    outcome.Add(new Reception(receiver, LinkTable.PerfectSignalDbm, rateIndex));
            }
            return;
        }
        foreach (var owner in radios.OwnersOf(frame.Receiver))
        {
            if (owner != sender)
                outcome.Add(new Reception(owner, LinkTable.PerfectSignalDbm,
                    rateIndex)
                { IsAcknowledged = Acknowledgement.MayComeFrom(in frame, owner, (long)frame.TakenNs) });
        }
        foreach (var monitor in radios.Monitors)
        {
            if (monitor != sender && !monitor.Owns(frame.Receiver))
                outcome.Add(new Reception(monitor, LinkTable.PerfectSignalDbm, rateIndex));
        }
    }
}
