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

/// <summary>Host to hwsim: takes RX descriptors, has the kernel read the frames where they lie, and gives the descriptors back.</summary>
internal sealed unsafe class RxPath(GuestPort port, PortDoorbell doorbell, RadioTable radios, InjectionBatch batch, ClockSync clock,
    SentChains chains)
{
    /// <summary>Descriptors processed at a time.</summary>
    public const int MaxBatch = 32;

    private ulong _inBatch; // bit i: the frame of descriptor _first + i is in the batch
    private uint _first;

    /// <summary>The last call gave hwsim one frame, and to one receiver: maybe a question, unlike a beacon or a part of a stream.</summary>
    public bool MayBeAnswered { get; private set; }

    /// <summary>Deals with what is ready, and with the statuses that are in the batch already.</summary>
    public bool Drain()
    {
        MayBeAnswered = false;
        uint count = Math.Min(port.Rx.CountReady(), MaxBatch);
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
        if (count == 0)
            return false;
        doorbell.Ring(port.Rx.Release(count));
        return true;
    }

    /// <summary>Gives all that is ready back unread: it was meant for a service before us.</summary>
    public void Discard()
    {
        while (port.Rx.CountReady() is var count and > 0)
        {
            port.Rx.Take(count);
            doorbell.Ring(port.Rx.Release(count));
        }
    }

    private void Handle(in RxDescriptor descriptor, uint index)
    {
        port.SetInjected(_first + index, 0);
        switch (descriptor.Kind)
        {
            case RingKind.Frame when !IsSound(descriptor):
                port.Count(GuestCounter.RxInvalid);
                break;
            case RingKind.Frame when radios.Find(descriptor.Radio) is { IsUp: true } radio:
                byte* payload = port.Region.Address + descriptor.Offset;
                MayBeAnswered = batch.Frames == 0 && (payload[FrameView.Addr1Offset] & 1) == 0;
                batch.AddFrame(radio.Transmitter, descriptor, payload);
                _inBatch |= 1UL << (int)index;
                break;
            case RingKind.TxStatus when radios.Find(descriptor.Radio) is { } radio:
                var rates = chains.Check(descriptor.Radio, descriptor.Cookie, new TxRates(descriptor.Rates));
                batch.AddStatus(radio.Transmitter, descriptor.Cookie, descriptor.Flags, rates, descriptor.SignalDbm);
                break;
            case RingKind.Frame:
                port.Count(GuestCounter.RxRefused); // the radio is down or gone: hwsim would refuse it, too
                break;
            case RingKind.TxStatus:
                break;
            case RingKind.Announce:
                radios.StartAnew();
                break;
            case RingKind.ClockSync:
                _ = clock.OnAnswer(descriptor); // a late answer to a question that was asked again is no fault
                break;
            default:
                port.Count(GuestCounter.RxInvalid);
                break;
        }
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
        ulong nowNs = isTaken ? clock.ToHost(MonotonicClock.NowNs) : 0;
        for (; _inBatch != 0; _inBatch &= _inBatch - 1)
            port.SetInjected(_first + (uint)System.Numerics.BitOperations.TrailingZeroCount(_inBatch), nowNs);
    }
}
