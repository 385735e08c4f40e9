using System.Text;
using ShmWifi.Lab;
using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;
using static ShmWifi.Linux.LibC;

namespace ShmWifi.Perf.EndToEnd.Relay;

/// <summary>A station behind shm-medium: the guest's end of the real rings, with the stamps that a guest gives its frames.</summary>
internal sealed unsafe class RingEnd : RelayEnd
{
    private const ulong FirstRateOnce = 0xff_0104; // hwsim_tx_rate: index 4, one attempt; then the end
    private readonly IvshmemClient _vm;
    private readonly GuestPort _port;
    private readonly TxFlags _flags;
    private readonly int _epoll;
    private uint _unpublished;
    private ulong _capturedNs;

    /// <summary>Attaches to the daemon and announces a radio.</summary>
    /// <param name="socket">The daemon's.</param>
    /// <param name="station">Its number.</param>
    /// <param name="isAcknowledged">Whether a TX status is wanted for each unicast frame.</param>
    public RingEnd(string socket, byte station, bool isAcknowledged)
        : base(station)
    {
        _vm = new IvshmemClient(socket);
        _port = _vm.Port;
        _flags = isAcknowledged ? TxFlags.RequestStatus : TxFlags.NoAck;
        _epoll = LibCException.ThrowIfFailed(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
        var watched = new epoll_event { events = EPOLLIN | EPOLLET }; // each write to an eventfd is an edge: it need not be read
        LibCException.ThrowIfFailed(epoll_ctl(_epoll, EPOLL_CTL_ADD, _vm.OwnEvent, &watched), "epoll_ctl for an eventfd");
        Announce();
    }

    /// <summary>TX statuses that came.</summary>
    public long Statuses { get; private set; }

    /// <summary>The latest frame's, with the host's stamps.</summary>
    public RxDescriptor Latest { get; private set; }

    /// <inheritdoc/>
    public override bool TrySend(uint number, int length, byte receiver)
    {
        if (!_port.Tx.HasFree(_unpublished + 1))
            return false;
        if (_unpublished == 0)
            _capturedNs = (ulong)MonotonicClock.NowNs; // of the batch, as a service does that reads many frames at once
        TxSlotHeader* slot = _port.TxSlot(_port.Tx.Tail + _unpublished++);
        slot->Kind = RingKind.Frame;
        slot->Flags = (byte)_flags;
        slot->Radio = 0;
        slot->Length = (uint)length;
        slot->Offset = Abi.SlotHeaderSize;
        slot->FreqMhz = 2412;
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
        if (_unpublished == 0)
            return;
        uint count = _unpublished;
        _unpublished = 0;
        if (_port.Tx.Publish(count))
            Ring();
    }

    /// <inheritdoc/>
    public override int Receive(int most, Waiting waiting)
    {
        while (true)
        {
            int frames = Take(most);
            if (frames != 0 || waiting == Waiting.Not)
                return frames;
            Sleep(waiting);
        }
    }

    /// <inheritdoc/>
    public override void TakeStatuses() => _ = Take(int.MaxValue);

    /// <inheritdoc/>
    public override int Discard()
    {
        uint ready = _port.Rx.CountReady();
        if (ready == 0)
            return 0;
        _port.Rx.Take(ready);
        if (_port.Rx.Release(ready))
            Ring();
        return (int)ready;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _ = close(_epoll);
        _vm.Dispose();
    }

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
            RxDescriptor descriptor = _port.ReadDescriptor(index);
            if (descriptor.Kind == RingKind.TxStatus)
            {
                Statuses++;
                continue;
            }
            RelayFrame.Check(_vm.Region.Address + descriptor.Offset, (int)descriptor.Length, Expected++);
            LatestLength = (int)descriptor.Length;
            Latest = descriptor;
            frames++;
            _port.SetInjected(index, now);
        }
        _port.Rx.Take(taken);
        if (_port.Rx.Release(taken))
            Ring();
        return frames;
    }

    private void Sleep(Waiting waiting)
    {
        if (!_port.Rx.Arm())
            return;
        epoll_event rung;
        if (epoll_wait(_epoll, &rung, 1, waiting == Waiting.ForEver ? -1 : PatienceMs) == 0)
            throw _port.State == PortState.Attached ? NothingCame() : new LabException($"relay: the daemon faulted station {Station}: {_port.Fault}");
    }

    private void Announce()
    {
        _port.SetReady(RegionFeatures.None);
        Tell(RingKind.Hello, "");
        Tell(RingKind.RadioAdd, "phy0");
        Tell(RingKind.AddressAdd, "");
        Flush();
    }

    private void Tell(RingKind kind, string name)
    {
        TxSlotHeader* slot = _port.TxSlot(_port.Tx.Tail + _unpublished++);
        *slot = new TxSlotHeader { Kind = kind, Length = (uint)name.Length, Offset = Abi.SlotHeaderSize };
        Encoding.ASCII.GetBytes(name, new Span<byte>((byte*)slot + Abi.SlotHeaderSize, name.Length));
        RelayFrame.AddressOf(Station).CopyTo(new Span<byte>(slot->Address, 6));
    }

    private void Ring()
    {
        _port.Count(GuestCounter.Doorbells);
        ulong one = 1;
        _ = write(_vm.DaemonEvent, &one, sizeof(ulong));
    }
}
