using ShmWifi.Dot11;
using ShmWifi.Linux;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Medium.Engine;

// What senders are told of their unicast frames, and when.
public sealed unsafe partial class MediumEngine
{
    private const long UnheardAfterNs = 1_000_000_000; // a receiver that takes nothing for so long is paused or dead

    /// <summary>Tells the sender at once, or when a receiver that is behind has come near the frame.</summary>
    /// <param name="status">What to tell.</param>
    /// <param name="receiver">The port of the radio that will hear it; null: nobody will.</param>
    private void Report(in TxStatus status, Port? receiver)
    {
        if (receiver is null || receiver.OutstandingRx <= DeferredStatuses.Slack || receiver.Deferred.IsFull)
            PostTxStatus(in status, receiver is not null);
        else
        {
            if (!receiver.Deferred.Any)
                receiver.ReclaimedAtNs = MonotonicClock.NowNs; // it may have had nothing to give back for long: we wait from now on
            receiver.Deferred.Add(in status, receiver.NextRx - 1);
        }
    }

    /// <summary>Tells the senders of frames that a receiver has come near to, or will not hear.</summary>
    private void ReportDeferred(Port receiver)
    {
        if (!receiver.Deferred.Any)
            return;
        while (receiver.Deferred.TryTake(receiver.ReclaimedRx, out TxStatus status))
            PostTxStatus(in status, acked: true);
        if (receiver.Deferred.Any && MonotonicClock.NowNs - receiver.ReclaimedAtNs > UnheardAfterNs)
            ReportUnheard(receiver);
    }

    /// <summary>Nobody acknowledges what a receiver will not hear.</summary>
    private void ReportUnheard(Port receiver)
    {
        while (receiver.Deferred.TryTakeAny(out TxStatus status))
            PostTxStatus(in status, acked: false);
    }

    private void PostTxStatus(in TxStatus status, bool acked)
    {
        Port port = status.Sender.Port;
        if (port.IsFaulted || port.IsRetired)
            return;
        port.Rings.Count(acked ? HostCounter.Acked : HostCounter.NotAcked);
        if (!port.HasRoomForStatus && !(Reclaim(port) && port.HasRoomForStatus))
        {
            port.Rings.Count(HostCounter.DropStatus);
            return;
        }
        *port.Rings.Descriptor(port.NextRx) = new RxDescriptor
        {
            Kind = RingKind.TxStatus,
            Flags = (status.Flags & (TxFlags.RequestStatus | TxFlags.NoAck)) | (acked ? TxFlags.Acked : TxFlags.None),
            Radio = status.Sender.Number,
            Cookie = status.Cookie,
            FreqMhz = status.FreqMhz,
            SignalDbm = status.AckSignalDbm,
            SourcePort = (ushort)port.Id,
            TakenNs = status.TakenNs,
            Rates = acked ? status.AckedRates : new TxRates(status.Rates).Exhausted().Word,
        };
        port.CommitMessage();
        PublishLater(port);
    }
}
