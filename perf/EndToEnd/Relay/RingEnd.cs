using ShmWifi.Lab;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using ShmWifi.Tests.Support;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>A station behind shm-medium, with the stamps that a guest gives its frames.</summary>
internal sealed unsafe class RingEnd : RelayEnd
{
    private const ulong FirstRateOnce = 0xff_0104; // hwsim_tx_rate: index 4, one attempt; then the end
    private const uint FreqMhz = 2412;
    private readonly SimulatedGuest _guest;
    private readonly GuestPort _port;
    private readonly byte* _region;
    private readonly TxFlags _flags;
    private bool _isBatchOpen;
    private ulong _capturedNs;

    /// <summary>Attaches to the daemon and announces a radio.</summary>
    /// <param name="isAcknowledged">Whether a TX status is wanted for each unicast frame.</param>
    public RingEnd(string socket, byte station, bool isAcknowledged)
        : base(station)
    {
        _guest = SimulatedGuest.Attach(socket, station);
        _guest.Tune(0, FreqMhz);
        _port = _guest.Port;
        _region = _guest.Region.Address;
        _flags = isAcknowledged ? TxFlags.RequestStatus : TxFlags.NoAck;
    }

    /// <summary>TX statuses that came.</summary>
    public long Statuses { get; private set; }

    /// <summary>The latest frame's, with the host's stamps.</summary>
    public RxDescriptor Latest { get; private set; }

    /// <inheritdoc/>
    public override bool TrySend(uint number, int length, byte receiver)
    {
        var slot = _guest.Claim();
        if (slot is null)
            return false;
        if (!_isBatchOpen)
            (_isBatchOpen, _capturedNs) = (true, (ulong)MonotonicClock.NowNs); // of the batch, as a service does that reads many frames at once
        slot->Kind = RingKind.Frame;
        slot->Flags = (byte)_flags;
        slot->Radio = 0;
        slot->Length = (uint)length;
        slot->Offset = Abi.SlotHeaderSize;
        slot->FreqMhz = FreqMhz;
        slot->Cookie = number;
        slot->CapturedNs = _capturedNs;
        *(ulong*)slot->Rates = FirstRateOnce;
        *(ulong*)slot->RateFlags = 0;
        RelayFrame.Write((byte*)slot + Abi.SlotHeaderSize, length, number, receiver, Station);
        return true;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        _isBatchOpen = false;
        _guest.Flush();
    }

    /// <inheritdoc/>
    public override int Receive(int most, Waiting waiting)
    {
        while (true)
        {
            int frames = Take(most);
            if (frames != 0 || waiting == Waiting.Not)
                return frames;
            if (!_guest.Sleep(waiting == Waiting.ForEver ? -1 : Deadline.LimitMs))
                throw _port.State == PortState.Attached
                    ? NothingCame()
                    : new LabException($"relay: the daemon faulted station {Station}: {_port.Fault}");
        }
    }

    /// <inheritdoc/>
    public override void TakeStatuses() => _ = Take(int.MaxValue);

    /// <inheritdoc/>
    public override int Discard() => (int)_guest.Discard();

    /// <inheritdoc/>
    public override void Dispose() => _guest.Dispose();

    private int Take(int most)
    {
        uint ready = _port.Rx.CountReady();
        if (ready == 0)
            return 0;
        ulong now = (ulong)MonotonicClock.NowNs;
        int frames = 0;
        uint taken = 0;
        while (taken < ready && frames < most)
        {
            uint index = _port.Rx.Taken + taken++;
            var descriptor = _port.ReadDescriptor(index);
            if (descriptor.Kind == RingKind.TxStatus)
            {
                Statuses++;
                continue;
            }
            if (descriptor.Length < RelayFrame.MinLength)
                continue; // another's
            RelayFrame.Check(_region + descriptor.Offset, (int)descriptor.Length, Expected++);
            LatestLength = (int)descriptor.Length;
            Latest = descriptor;
            frames++;
            _port.SetInjected(index, now);
        }
        _port.Rx.Take(taken);
        _guest.Release(taken);
        return frames;
    }
}
