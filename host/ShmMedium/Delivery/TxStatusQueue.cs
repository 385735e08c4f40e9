using ShmWifi.Dot11.Rates;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.ShmMedium.Medium;
using ShmWifi.ShmMedium.Ports;

namespace ShmWifi.ShmMedium.Delivery;

/// <summary>What is to be told to a sender about one of its frames.</summary>
internal struct TxStatus
{
    /// <summary>The sender's VM.</summary>
    public Port Port;

    /// <summary>The port's number for the sender; there may be no such radio any more, or never have been.</summary>
    public ushort Radio;

    public TxFlags Flags;
    public uint FreqMhz;
    public ulong Cookie;
    public ulong TakenNs;

    /// <summary>The attempts that were made.</summary>
    public TxRates Rates;

    /// <summary>The retry chain: what would have been made without an acknowledgement.</summary>
    public TxRates Chain;

    /// <summary>Signal of the acknowledgement at the sender.</summary>
    public sbyte AckSignalDbm;

    /// <summary>Of a frame that was acknowledged, will be if its receiver comes to receive it, or never is.</summary>
    /// <param name="attempts">How often it was sent: no more, whatever the chain would have had left.</param>
    public static TxStatus Of(in Frame frame, int attempts, sbyte ackSignalDbm) => new()
    {
        Port = frame.Sender.Port,
        Radio = frame.Sender.Number,
        Flags = frame.Flags,
        FreqMhz = frame.FreqMhz,
        Cookie = frame.Cookie,
        TakenNs = frame.TakenNs,
        Rates = frame.Chain.Rates.Used(attempts),
        Chain = frame.Chain.Rates,
        AckSignalDbm = ackSignalDbm,
    };
}

/// <summary>TX statuses of acknowledged frames that wait until a receiver that is behind has come near them.</summary>
/// <remarks>
/// A radio acknowledges what it has received, not what somebody queued for it. mac80211 keeps a frame, and its socket's
/// account of it, until the status comes: so a sender is slowed down to what the receiver takes, in place of filling its ring.
/// First in, first out, in the order of the receiver's RX descriptors. See docs/decisions/0006.
/// </remarks>
internal sealed class TxStatusQueue(uint length)
{
    /// <summary>A receiver that is behind by no more descriptors is told to have received at once: to wait would cost doorbells.</summary>
    public const uint Slack = 32;

    private readonly (TxStatus Status, uint RxIndex, bool IsCertain)[] _entries = new (TxStatus, uint, bool)[length];
    private readonly uint _mask = length - 1;
    private uint _head;
    private uint _tail;

    /// <summary>Whether any wait.</summary>
    public bool Any => _head != _tail;

    /// <summary>Whether no more fit.</summary>
    public bool IsFull => _tail - _head == length;

    /// <summary>Adds one.</summary>
    /// <param name="rxIndex">The receiver's RX descriptor of the frame.</param>
    /// <param name="isCertain">Whether the receiver is known to listen: then its guest need not say whether it took the frame.</param>
    public void Add(in TxStatus status, uint rxIndex, bool isCertain) => _entries[_tail++ & _mask] = (status, rxIndex, isCertain);

    /// <summary>Takes the next whose frame the receiver has come near to, or has taken where that is to be known.</summary>
    /// <param name="isTaken">Whether the receiver's guest took the frame.</param>
    public bool TryTake(Port receiver, out TxStatus status, out bool isTaken)
    {
        ref readonly var next = ref _entries[_head & _mask];
        int behind = (int)(next.RxIndex - receiver.ReclaimedRx);
        isTaken = next.IsCertain || !receiver.WasRefused(next.RxIndex);
        if (Any && behind < (next.IsCertain ? Slack : 0))
            return TryTakeAny(out status);
        status = default;
        return false;
    }

    /// <summary>Takes the next, wherever the receiver is.</summary>
    public bool TryTakeAny(out TxStatus status)
    {
        status = Any ? _entries[_head & _mask].Status : default;
        if (!Any)
            return false;
        _entries[_head++ & _mask] = default;
        return true;
    }
}
