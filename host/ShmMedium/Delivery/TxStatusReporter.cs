using ShmWifi.Configuration;
using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Medium.Links;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>Tells senders the outcome of their unicast frames, and when: docs/decisions/0006.</summary>
internal sealed unsafe class TxStatusReporter(RxRings rx, MediumClock clock)
{
    private const long NotReceivedAfterNs = 1_000_000_000; // a receiver that takes nothing for so long is paused or dead
    private const long SilentAfterNs = 2_000_000_000; // a guest asks for the host's clock once a second

    private readonly TxStatusQueue?[] _waiting = new TxStatusQueue?[DaemonConfiguration.MaxPorts]; // for a receiver, by its port

    /// <summary>A port has come.</summary>
    public void Add(Port receiver) => _waiting[receiver.Id] = new TxStatusQueue(receiver.Rings.Rx.Length);

    /// <summary>A port has gone.</summary>
    public void Remove(Port receiver) => _waiting[receiver.Id] = null;

    /// <summary>Whether senders wait for a receiver.</summary>
    public bool IsAwaited(Port receiver) => _waiting[receiver.Id]!.Any;

    /// <summary>Tells the sender at once, or when a receiver that is behind has come near the frame; where only its guest knows whether it
    /// listens, or it has said nothing for two seconds, when the guest has taken the frame, or refused it. VMs of other hosts are there until their
    /// trunk takes them off.</summary>
    /// <param name="acknowledger">Null: nobody acknowledges.</param>
    public void Report(in TxStatus status, Acknowledger? acknowledger)
    {
        if (acknowledger is not { } from)
        {
            Post(in status, acked: false, status.Rates);
            return;
        }
        var receiver = from.Port;
        int behind = (int)(from.RxIndex - receiver.ReclaimedRx);
        bool isCertain = from.IsCertain && (receiver.IsRemote || (long)status.TakenNs - receiver.HeardAtNs < SilentAfterNs);
        if (isCertain ? receiver.OutstandingRx <= TxStatusQueue.Slack : behind < 0)
        {
            Settle(in status, isCertain || !receiver.WasRefused(from.RxIndex));
            return;
        }
        var waiting = _waiting[receiver.Id]!;
        if (waiting.IsFull)
        {
            Settle(in status, isCertain);
            return;
        }
        if (!waiting.Any)
            receiver.ReclaimedAtNs = clock.MonotonicNs; // it may have had nothing to give back for long: we wait from now on
        waiting.Add(in status, from.RxIndex, isCertain);
    }

    /// <summary>Tells a sender that its frame was not sent: the guest's kernel waits for the status of each frame that wants an ACK.</summary>
    /// <param name="header">Of its TX slot; a copy.</param>
    public void Refuse(Port port, in TxSlotHeader header, ulong takenNs) => Post(
        new TxStatus
        {
            Port = port,
            Radio = header.Radio,
            Flags = (TxFlags)header.Flags,
            FreqMhz = header.FreqMhz,
            Cookie = header.Cookie,
            TakenNs = takenNs,
        },
        acked: false,
        TxRates.None);

    /// <summary>Tells the senders of frames that a receiver has come near to, or will not receive.</summary>
    public void ReportReceived(Port receiver)
    {
        var waiting = _waiting[receiver.Id]!;
        if (!waiting.Any)
            return;
        while (waiting.TryTake(receiver, out var status, out bool isTaken))
            Settle(in status, isTaken);
        if (waiting.Any && clock.MonotonicNs - receiver.ReclaimedAtNs > NotReceivedAfterNs)
            ReportNotReceived(receiver);
    }

    /// <summary>Nobody acknowledges what a receiver will not receive.</summary>
    public void ReportNotReceived(Port receiver)
    {
        while (_waiting[receiver.Id]!.TryTakeAny(out var status))
            Settle(in status, isTaken: false);
    }

    /// <summary>A receiver took the frame, or will not: then the sender tried all that it had.</summary>
    private void Settle(in TxStatus status, bool isTaken) => Post(in status, isTaken, isTaken ? status.Rates : status.Chain.Used(int.MaxValue));

    private void Post(in TxStatus status, bool acked, TxRates rates)
    {
        var port = status.Port;
        if (port.IsFaulted || port.IsRetired)
            return;
        port.Rings.Count(acked ? HostCounter.Acked : HostCounter.NotAcked);
        if (!rx.HasRoomForMessage(port))
        {
            port.Rings.Count(HostCounter.DropStatus);
            return;
        }
        *port.NextDescriptor = new RxDescriptor
        {
            Kind = RingKind.TxStatus,
            Flags = (status.Flags & (TxFlags.RequestStatus | TxFlags.NoAck)) | (acked ? TxFlags.Acked : TxFlags.None),
            Radio = status.Radio,
            Cookie = status.Cookie,
            FreqMhz = status.FreqMhz,
            SignalDbm = status.AckSignalDbm,
            SourcePort = (ushort)port.Id,
            TakenNs = status.TakenNs,
            Rates = rates.Word,
        };
        port.CommitMessage();
        rx.PublishLater(port);
    }
}
