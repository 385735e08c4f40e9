using ShmWifi.Dot11.Frames;
using ShmWifi.Dot11.Rates;
using ShmWifi.Hwsim.Clock;
using ShmWifi.Hwsim.Port;
using ShmWifi.Hwsim.Protocol;
using ShmWifi.Hwsim.Radios;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Hwsim.Datapath;

/// <summary>Host to hwsim: takes RX descriptors, has the kernel read the frames, and gives the descriptors back.</summary>
/// <remarks>
/// Frames in our own pool stay there until we give their descriptors back: the kernel reads them where they lie. Those in a sender's slot
/// may move while we stand still (docs/decisions/0004), until the very moment that the kernel has read them: they are copied, and what
/// counts is where they lay after that.
/// The kernel's refusals of frames come by the socket. Descriptors are given back when they have been read (<see cref="GiveBack"/>): the host
/// acknowledges what was not refused.
/// </remarks>
internal sealed unsafe class RxPath(GuestPort port, PortDoorbell doorbell, RadioTable radios, InjectionBatch batch, ClockSync clock,
    SentChains chains, PeerMeasurements measurements, OpenFrames open)
{
    /// <summary>Descriptors processed at a time.</summary>
    public const int MaxBatch = 32;

    private ulong _inBatch; // bit i: the frame of descriptor _first + i is in the batch
    private uint _first;
    private uint _held; // descriptors that are dealt with, and not given back

    /// <summary>The last call gave hwsim one frame, and to one receiver: maybe a question, unlike a beacon or a part of a stream.</summary>
    public bool MayBeAnswered { get; private set; }

    /// <summary>Deals with what is ready, and with the statuses that are in the batch already.</summary>
    /// <param name="most">Descriptors: hwsim has room for a message of each.</param>
    public bool Drain(uint most = MaxBatch)
    {
        MayBeAnswered = false;
        uint count = Math.Min(port.Rx.CountReady(), Math.Min(most, MaxBatch));
        _first = port.Rx.Taken;
        for (uint i = 0; i < count; i++)
        {
            var descriptor = port.ReadDescriptor(_first + i);
            if (batch.IsFull)
                Send();
            Handle(descriptor, i);
        }
        port.Rx.Take(count);
        Send();
        _held += count;
        if (!batch.HasAddressed)
            GiveBack();
        return count != 0;
    }

    /// <summary>Gives back what was dealt with: all refusals that it met were read.</summary>
    public void GiveBack()
    {
        batch.HasAddressed = false;
        if (_held == 0)
            return;
        doorbell.Ring(port.Rx.Release(_held));
        _held = 0;
    }

    /// <summary>Gives all that is ready back unread: it was meant for a service before us.</summary>
    public void Discard()
    {
        while (port.Rx.CountReady() is var count and > 0)
        {
            for (uint i = 0; i < count; i++)
                port.SetRefused(port.Rx.Taken + i);
            port.Rx.Take(count);
            doorbell.Ring(port.Rx.Release(count));
        }
    }

    /// <summary>Deals with a descriptor, as far as it does not wait for the batch.</summary>
    /// <param name="descriptor">As it was read, however long ago.</param>
    /// <param name="index">Counted from the first of this call to <see cref="Drain"/>.</param>
    internal void Handle(in RxDescriptor descriptor, uint index)
    {
        if (descriptor.Kind == RingKind.Frame)
            port.SetRefused(_first + index); // until hwsim has it
        else
            port.SetInjected(_first + index, 0);
        switch (descriptor.Kind)
        {
            case RingKind.Frame when !IsSound(descriptor):
                port.Count(GuestCounter.RxInvalid);
                break;
            case RingKind.Frame when radios.Find(descriptor.Radio) is { IsUp: true } radio:
                byte* payload = Settle(descriptor, index);
                if (payload == null)
                {
                    port.Count(GuestCounter.RxInvalid);
                    break;
                }
                MayBeAnswered = batch.Frames == 0 && (payload[FrameView.Addr1Offset] & 1) == 0;
                batch.AddFrame(radio.Transmitter, descriptor, _first + index, payload);
                _inBatch |= 1UL << (int)index;
                break;
            case RingKind.TxStatus when radios.Find(descriptor.Radio) is { } radio:
                var rates = chains.Take(radio, descriptor.Cookie, new TxRates(descriptor.Rates));
                batch.AddStatus(radio.Transmitter, descriptor.Cookie, descriptor.Flags, rates, descriptor.SignalDbm);
                break;
            case RingKind.Frame:
                port.Count(GuestCounter.RxRefused); // the radio is down or gone: hwsim would refuse it, too
                break;
            case RingKind.PmsrResult when radios.Find(descriptor.Radio) is { } radio:
                if (!measurements.TryReport(radio, in descriptor))
                    port.Count(GuestCounter.RxInvalid);
                break;
            case RingKind.TxStatus or RingKind.PmsrResult:
                break;
            case RingKind.Announce:
                radios.StartAnew();
                measurements.GiveUp();
                break;
            case RingKind.EngineChanged:
                Send(); // the frames in the batch are stamped only here
                if (!open.TryGiveUpBefore(descriptor.Cookie))
                    port.Count(GuestCounter.RxInvalid);
                break;
            case RingKind.ClockSync:
                _ = clock.OnAnswer(descriptor); // a late answer to a question that was asked again is no fault
                break;
            default:
                port.Count(GuestCounter.RxInvalid);
                break;
        }
    }

    /// <summary>A place where the frame stays as it is until the batch is sent; null when it moved to where the host does not move any.</summary>
    private byte* Settle(in RxDescriptor descriptor, uint index)
    {
        byte* frame = port.Region.Address + descriptor.Offset;
        if (port.IsPooled(descriptor.Offset, descriptor.Length))
            return frame;
        byte* copy = batch.NextCopy;
        new ReadOnlySpan<byte>(frame, (int)descriptor.Length).CopyTo(new Span<byte>(copy, (int)descriptor.Length));
        ulong offset = port.ReadOffset(_first + index);
        if (offset == descriptor.Offset)
            return copy;
        return port.IsPooled(offset, descriptor.Length) ? port.Region.Address + offset : null;
    }

    private bool IsSound(in RxDescriptor descriptor) =>
        descriptor.Length is >= FrameView.MinLength and <= HwsimProtocol.MaxFrameLength
        && descriptor.FreqMhz != 0
        && port.Region.Contains(descriptor.Offset, descriptor.Length);

    private void Send()
    {
        if (batch.Count == 0)
            return;
        int frames = batch.Frames;
        bool isTaken = batch.Send();
        port.Count(GuestCounter.SystemCalls);
        if (frames == 0)
            return;
        port.Count(isTaken ? GuestCounter.RxFrames : GuestCounter.RxRefused, (ulong)frames);
        if (isTaken)
            StampBatch();
        _inBatch = 0;
    }

    private void StampBatch()
    {
        ulong nowNs = clock.ToHost(MonotonicClock.NowNs);
        for (ulong rest = _inBatch; rest != 0; rest &= rest - 1)
            port.SetInjected(_first + (uint)System.Numerics.BitOperations.TrailingZeroCount(rest), nowNs);
    }
}
