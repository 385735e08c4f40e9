using ShmWifi.Linux;
using ShmWifi.RingBuffer;
using ShmWifi.RingBuffer.Layout;

namespace ShmWifi.Tests.Support;

/// <summary>The host of one port, whose guest is under test: it takes what the guest sends, and posts what the test says.</summary>
/// <remarks>Each call is complete. <see cref="Serve"/> has it take, and answer the guest's clock, by itself.</remarks>
internal sealed class SimulatedHost : IAsyncDisposable
{
    /// <summary>The port that the guest has.</summary>
    public const int PortIndex = 0;

    private readonly Lock _lock = new();
    private readonly Action? _interrupt;
    private readonly List<SentSlot> _sent = [];
    private readonly CancellationTokenSource _end = new();
    private Task _serving = Task.CompletedTask;

    /// <summary>Attaches the guest's port.</summary>
    /// <param name="interrupt">Interrupts the guest; null: its test does not sleep.</param>
    public SimulatedHost(Region region, uint peerId = 1, Action? interrupt = null)
    {
        Region = region;
        _interrupt = interrupt;
        Port = region.Attach(PortIndex, peerId, "guest");
        region.HostState = HostState.Running;
    }

    /// <summary>The region.</summary>
    public Region Region { get; }

    /// <summary>Its end of the port.</summary>
    public HostPort Port { get; }

    /// <summary>While it serves: whether it neither takes nor posts anything of its own.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Its words in the port, to write what a host must not.</summary>
    public unsafe PortHeader* Words => (PortHeader*)(Region.Address + RegionGeometry.PortsOffset + (PortIndex * Region.Geometry.PortStride));

    /// <summary>Where the guest has come to in the RX ring.</summary>
    public unsafe uint RxHead => Volatile.Read(ref Words->RxHead);

    /// <summary>Takes all slots and gives them back.</summary>
    public unsafe List<SentSlot> TakeAll()
    {
        var slots = new List<SentSlot>();
        Port.Tx.RefreshTail();
        uint ready = Port.Tx.CountReady();
        for (uint i = 0; i < ready; i++)
            slots.Add(SentSlot.Copy(Port.TxSlot(Port.Tx.Taken + i)));
        Port.Tx.Take(ready);
        if (ready > 0 && Port.Tx.Release(ready))
            _interrupt?.Invoke();
        return slots;
    }

    /// <summary>Posts a descriptor and interrupts the guest, whether it asked or not: it must bear it.</summary>
    /// <returns>Its free-running index.</returns>
    public unsafe uint Post(RxDescriptor descriptor)
    {
        lock (_lock)
        {
            uint index = Port.Rx.Tail;
            *Port.Descriptor(index) = descriptor;
            Port.Rx.Publish(1);
            _interrupt?.Invoke();
            return index;
        }
    }

    /// <summary>Writes a frame into a slot of the pool.</summary>
    public unsafe void Fill(uint poolSlot, ReadOnlySpan<byte> frame) => frame.CopyTo(new Span<byte>(Port.PoolSlot(poolSlot), Abi.SlotSize));

    /// <summary>A descriptor of a frame in a slot of the pool.</summary>
    /// <param name="length">Bytes.</param>
    public unsafe RxDescriptor FrameOf(ushort radio, uint length, uint freqMhz, uint poolSlot = 0) => new()
    {
        Kind = RingKind.Frame,
        Radio = radio,
        Length = length,
        Offset = Port.OffsetOf(Port.PoolSlot(poolSlot)),
        FreqMhz = freqMhz,
        SignalDbm = -50,
    };

    /// <summary>Moves the frame of a posted descriptor from its sender's slot to the pool, as the
    /// host does when the guest stands still, and lets the sender write there.</summary>
    /// <param name="index">The descriptor's.</param>
    /// <param name="poolSlot">Where to.</param>
    /// <param name="next">What the sender writes in its place.</param>
    public unsafe void Move(uint index, uint poolSlot, ReadOnlySpan<byte> next)
    {
        var descriptor = Port.Descriptor(index);
        var old = new Span<byte>(Region.Address + descriptor->Offset, (int)descriptor->Length);
        old.CopyTo(new Span<byte>(Port.PoolSlot(poolSlot), Abi.SlotSize));
        Port.MoveToPool(index, poolSlot);
        next.CopyTo(old);
    }

    /// <summary>Interrupts the guest.</summary>
    public void Interrupt() => _interrupt?.Invoke();

    /// <summary>Begins to take what the guest sends, until it is disposed.</summary>
    public void Serve() => _serving = Task.Run(ServeAsync);

    /// <summary>Forgets what was sent so far.</summary>
    public void Forget()
    {
        lock (_lock)
            _sent.Clear();
    }

    /// <summary>All that was sent, clock exchanges apart, while it served.</summary>
    public IReadOnlyList<SentSlot> Sent()
    {
        lock (_lock)
            return [.. _sent];
    }

    /// <summary>While it serves: waits until the guest has sent something.</summary>
    /// <param name="what">For the message, should it not come.</param>
    public async Task<SentSlot> AwaitAsync(string what, Func<SentSlot, bool> condition)
    {
        SentSlot? found = null;
        await Deadline.UntilAsync(
            () => (found = Sent().FirstOrDefault(condition)) != null,
            () => $"{what} did not come; what came: {string.Join(", ", Sent().Select(slot => $"{slot.Kind} of radio {slot.Radio}"))}");
        return found!;
    }

    /// <summary>Posts a frame from a slot of the pool, and waits until the guest has given it back.</summary>
    /// <param name="frame">The 802.11 frame.</param>
    /// <returns>As <see cref="PostAndWaitAsync"/>.</returns>
    public Task<ulong> DeliverAsync(ushort radio, ReadOnlySpan<byte> frame, uint freqMhz)
    {
        Fill(0, frame);
        return PostAndWaitAsync(FrameOf(radio, (uint)frame.Length, freqMhz));
    }

    /// <summary>Posts a descriptor and waits until the guest has given it back.</summary>
    /// <returns>When the guest says it gave its kernel the frame, this clock's ns; 0: it did not.</returns>
    public async Task<ulong> PostAndWaitAsync(RxDescriptor descriptor)
    {
        uint index = Post(descriptor);
        await Deadline.UntilAsync(() => (int)(RxHead - index) > 0, () => $"the guest's RX head stays at {RxHead}, not beyond {index}");
        return Port.InjectedNs(index);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _end.Dispose();
        Region.HostState = HostState.Away;
        Region.Detach(PortIndex);
    }

    private async Task ServeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            if (!IsSilent)
                TakeAndAnswer();
            await Task.Delay(2);
        }
    }

    private void TakeAndAnswer()
    {
        lock (_lock)
        {
            foreach (var slot in TakeAll())
            {
                ulong now = (ulong)MonotonicClock.NowNs;
                if (slot.Kind == RingKind.ClockSync)
                    Post(new RxDescriptor { Kind = RingKind.ClockSync, Cookie = slot.Cookie, TakenNs = now, PostedNs = now });
                else
                    _sent.Add(slot);
            }
        }
    }
}
