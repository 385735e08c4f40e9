using System.Runtime.InteropServices;
using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Hwsim.Clock;
using ShmWifi.Hwsim.Port;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Hwsim.Radios;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using Tmds.Linux;

namespace ShmWifi.Hwsim.Datapath;

/// <summary>hwsim to host: its messages are put straight into TX slots, many at a time, and read there.</summary>
/// <remarks>
/// hwsim waits for the status of every frame. Whoever expects no acknowledgement gets it from here at once; all others
/// when the host has decided. While the host is away the medium is dead: nobody acknowledges, and nothing gets stuck.
/// </remarks>
internal sealed unsafe class TxPath : IDisposable
{
    /// <summary>Messages taken by one system call.</summary>
    public const int MaxBatch = 32;

    private readonly GuestPort _port;
    private readonly TxSlots _slots;
    private readonly RadioTable _radios;
    private readonly InjectionBatch _batch;
    private readonly ClockSync _clock;
    private readonly SentChains _chains;
    private readonly PeerMeasurements _measurements;
    private readonly IHwsimChannel _channel;
    private readonly mmsghdr* _slotMessages;
    private readonly byte* _scratch;
    private readonly mmsghdr* _scratchMessages;

    /// <summary>Prepares a message header for each slot, once and for all.</summary>
    /// <param name="slots">Its TX slots.</param>
    /// <param name="clock">For the frames' time stamps.</param>
    /// <param name="chains">Remembers what waits for its status.</param>
    public TxPath(
        IHwsimChannel channel, GuestPort port, TxSlots slots, RadioTable radios, InjectionBatch batch, ClockSync clock, SentChains chains,
        PeerMeasurements measurements)
    {
        (_channel, _port, _slots, _radios, _batch, _clock, _chains, _measurements) =
            (channel, port, slots, radios, batch, clock, chains, measurements);
        _slotMessages = PrepareMessages((byte*)port.TxSlot(0) + Abi.SlotHeaderSize, Abi.SlotSize, port.Tx.Length);
        _scratch = (byte*)NativeMemory.AllocZeroed(MaxBatch * Abi.SlotPayloadSize);
        _scratchMessages = PrepareMessages(_scratch, Abi.SlotPayloadSize, MaxBatch);
    }

    /// <summary>Where radios are learned by their messages; null: they are listed.</summary>
    public LearnedRadios? Learned { get; init; }

    /// <summary>Whether hwsim may have messages for us.</summary>
    public bool IsReadable { get; set; } = true;

    /// <summary>Whether there are messages, but no slot is free.</summary>
    public bool IsBlocked { get; private set; }

    /// <summary>The batch that was taken last is one frame to one receiver: maybe a question.</summary>
    public bool HasAsked { get; private set; }

    /// <summary>A radio sent that we do not know.</summary>
    public bool IsRadioUnknown { get; set; }

    /// <summary>Messages that made no sense.</summary>
    public ulong Malformed { get; private set; }

    /// <summary>Statuses that hwsim refused: it had given the frame up.</summary>
    public ulong StatusRefused { get; private set; }

    /// <summary>Takes a batch of messages. Slots that are filled still have to be published.</summary>
    /// <param name="isHostThere">Whether somebody drains the ring.</param>
    /// <param name="most">Messages to take: hwsim has room for a status of each.</param>
    public bool Pump(bool isHostThere, uint most = MaxBatch)
    {
        IsBlocked = false;
        if (!IsReadable || most == 0)
            return false;
        if (!isHostThere)
            return PumpWithoutHost();

        uint position = _slots.Next & (_port.Tx.Length - 1);
        uint free = Math.Min(_slots.CountFree(Math.Min(most, MaxBatch)), _port.Tx.Length - position);
        if (free == 0)
        {
            IsBlocked = true;
            return false;
        }
        HasAsked = false;
        int count = Receive(_slotMessages + position, free);
        ulong capturedNs = _clock.ToHost(MonotonicClock.NowNs);
        uint used = 0;
        for (uint i = 0; i < count; i++)
        {
            var slot = _port.TxSlot(_slots.Next + i);
            if (TryFill(slot, _slotMessages[position + i].msg_len, capturedNs))
                used = i + 1;
            else
                slot->Kind = RingKind.None;
        }
        HasAsked &= used == 1;
        _slots.Commit(used); // what follows the last frame is not worth a slot
        return count > 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_slotMessages);
        NativeMemory.Free(_scratchMessages);
        NativeMemory.Free(_scratch);
    }

    // Message headers, and behind them in the same allocation an iovec for each.
    private static mmsghdr* PrepareMessages(byte* buffers, int stride, uint count)
    {
        var messages = (mmsghdr*)NativeMemory.AllocZeroed(count, (nuint)(sizeof(mmsghdr) + sizeof(iovec)));
        var vectors = (iovec*)(messages + count);
        for (uint i = 0; i < count; i++)
        {
            vectors[i] = new iovec { iov_base = buffers + (i * stride), iov_len = Abi.SlotPayloadSize };
            messages[i] = new mmsghdr { msg_hdr = new msghdr { msg_iov = vectors + i, msg_iovlen = 1 } };
        }
        return messages;
    }

    private int Receive(mmsghdr* messages, uint count)
    {
        int received = _channel.Receive(messages, count);
        _port.Count(GuestCounter.SystemCalls);
        IsReadable = received == count; // till it is drained: only new messages wake us
        return received;
    }

    private bool TryFill(TxSlotHeader* slot, uint length, ulong capturedNs)
    {
        byte* datagram = (byte*)slot + Abi.SlotHeaderSize;
        var message = HwsimMessage.Read(new ReadOnlySpan<byte>(datagram, (int)Math.Min(length, Abi.SlotPayloadSize)), _channel.Family);
        if (message.Kind == HwsimMessageKind.PmsrStart && _measurements.TryStart(slot, in message))
            return true;
        if (message.Kind != HwsimMessageKind.Frame)
        {
            Observe(message);
            return false;
        }
        if (!_radios.TryFind(message.Transmitter, out var radio))
            radio = Learned?.Add(message.Transmitter);
        if (radio is null || message.PayloadLength < FrameView.MinLength)
        {
            IsRadioUnknown |= radio is null;
            Malformed += radio is null ? 0u : 1u;
            Drop(message);
            return false;
        }

        slot->Kind = RingKind.Frame;
        slot->Flags = (byte)message.Flags;
        slot->Radio = radio.Number;
        slot->Length = (uint)message.PayloadLength;
        slot->Offset = (uint)(Abi.SlotHeaderSize + message.PayloadOffset);
        slot->FreqMhz = message.FreqMhz;
        slot->Cookie = message.Cookie;
        slot->CapturedNs = capturedNs;
        message.Chain.Write(new Span<byte>(slot->Rates, TxRates.Size), new Span<byte>(slot->RateFlags, RetryChain.FlagsSize));

        Learned?.OnSent(radio, new ReadOnlySpan<byte>(datagram + message.PayloadOffset, message.PayloadLength));
        bool isGroup = (datagram[message.PayloadOffset + FrameView.Addr1Offset] & 1) != 0;
        HasAsked = !isGroup;
        if (isGroup || ((TxFlags)message.Flags & TxFlags.NoAck) != TxFlags.None)
            _batch.AddStatus(message.Transmitter, message.Cookie, (TxFlags)message.Flags, message.Chain.Rates.Used(attempts: 1), signalDbm: 0);
        else
            _chains.Add(radio, message.Cookie, message.Chain.Rates);
        _port.Count(GuestCounter.TxFrames);
        return true;
    }

    private bool PumpWithoutHost()
    {
        int count = Receive(_scratchMessages, MaxBatch);
        for (uint i = 0; i < count; i++)
        {
            uint length = Math.Min(_scratchMessages[i].msg_len, Abi.SlotPayloadSize);
            var message = HwsimMessage.Read(new ReadOnlySpan<byte>(_scratch + (i * Abi.SlotPayloadSize), (int)length), _channel.Family);
            if (message.Kind == HwsimMessageKind.Frame)
                Drop(message);
            else
                Observe(message);
        }
        return count > 0;
    }

    private void Drop(in HwsimMessage message)
    {
        _batch.AddStatus(message.Transmitter, message.Cookie, (TxFlags)message.Flags, message.Chain.Rates, signalDbm: 0);
        _port.Count(GuestCounter.TxDropped);
    }

    private void Observe(in HwsimMessage message)
    {
        switch (message.Kind)
        {
            case HwsimMessageKind.AddressAdd or HwsimMessageKind.AddressDel when Learned is not null:
                Learned.OnAddress(message.Transmitter, message.Address, message.Kind == HwsimMessageKind.AddressAdd);
                break;
            case HwsimMessageKind.AddressAdd or HwsimMessageKind.AddressDel:
                if (_radios.TryFind(message.Transmitter, out var radio))
                    _radios.SetDriverAddress(radio, message.Address, message.Kind == HwsimMessageKind.AddressAdd);
                else
                    IsRadioUnknown = true;
                break;
            case HwsimMessageKind.PmsrStart:
                _measurements.Refuse(in message);
                break;
            case HwsimMessageKind.PmsrAbort:
                _measurements.Abort(in message);
                break;
            case HwsimMessageKind.Refusal when message.Sequence == InjectionBatch.StatusSequence:
                StatusRefused++;
                break;
            case HwsimMessageKind.Refusal when message.Sequence == InjectionBatch.ReportSequence:
                break; // of what was aborted
            case HwsimMessageKind.Refusal:
                _port.Count(GuestCounter.RxRefused);
                if (InjectionBatch.TryReadAddressed(message.Sequence, out uint index))
                    _port.SetRefused(index);
                break;
            case HwsimMessageKind.Malformed:
                Malformed++;
                break;
        }
    }
}
